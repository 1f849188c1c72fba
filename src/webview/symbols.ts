import type { CardSeverity } from './protocol';

const svg = 'http://www.w3.org/2000/svg';

/** Shapes of their own for each severity, so that nobody has to tell them by colour. */
const shapes: Readonly<Record<CardSeverity, readonly string[]>> = {
  ok: ['M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Z', 'M4.5 8.2 7 10.7l4.6-5'],
  info: ['M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Z', 'M8 7v4.5', 'M8 4.3v.4'],
  warning: ['M8 1.6 15 14.4H1Z', 'M8 6v4', 'M8 12.1v.4'],
  error: ['M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z', 'M5.5 5.5l5 5', 'M10.5 5.5l-5 5'],
};

export const severityWords: Readonly<Record<CardSeverity, string>> = {
  ok: 'OK',
  info: 'Note',
  warning: 'Warning',
  error: 'Error',
};

/** The sign of a severity; its word stands beside it, so it is nothing to a screen reader. */
export function symbol(severity: CardSeverity): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('viewBox', '0 0 16 16');
  made.setAttribute('class', `symbol ${severity}`);
  made.setAttribute('aria-hidden', 'true');
  for (const shape of shapes[severity]) {
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', shape);
    made.append(path);
  }
  return made;
}

import uPlot from 'uplot';
import type { ChartLine, ChartView } from './protocol';

/** Colours and font of the editor's theme, as they are now. */
interface Theme {
  readonly text: string;
  readonly grid: string;
  readonly limit: string;
  readonly kill: string;
  readonly lines: readonly string[];
  readonly font: string;
}

function themeOf(place: HTMLElement): Theme {
  const style = getComputedStyle(place);
  const colour = (name: string, otherwise: string): string => {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    return value === '' ? otherwise : value;
  };
  const text = colour('foreground', style.color);
  return {
    text,
    // High contrast has one colour for all borders: a grid in it would hide what is drawn.
    grid: colour('contrastBorder', '') === '' ? colour('panel-border', text) : 'transparent',
    limit: colour('charts-red', text),
    kill: colour('charts-red', text),
    lines: ['charts-blue', 'charts-green', 'charts-purple'].map((name) => colour(name, text)),
    font: `${style.fontSize} ${style.fontFamily}`,
  };
}

/** Lines are told apart by their dashes too, not by colour alone. */
const dashes: readonly (readonly number[])[] = [[], [2, 3], [8, 3]];

function seriesOf(line: ChartLine, index: number, theme: () => Theme, stepped: boolean): uPlot.Series {
  const control = line.style === 'control';
  // A rate holds until the next reading.
  const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
  const stroke = (): string =>
    control ? theme().text : (theme().lines[line.style === 'limited' ? 0 : index] ?? theme().text);
  return {
    label: line.label,
    stroke,
    width: control ? 1.5 : 2,
    dash: [...(control ? [4, 4] : (dashes[line.style === 'limited' ? 0 : index] ?? []))],
    spanGaps: true,
    points: { show: !stepped, size: 5, fill: stroke },
    ...(paths !== undefined && { paths }),
  };
}

/** The limit, the periods in which it stopped the container, and kills, over the lines. */
function marks(plot: uPlot, { limit, stops, kills }: ChartView, theme: Theme): void {
  const { ctx, bbox } = plot;
  const pixels = uPlot.pxRatio;
  const right = bbox.left + bbox.width;
  const bottom = bbox.top + bbox.height;
  const stroke = (colour: string, width: number, dash: readonly number[], draw: () => void): void => {
    ctx.beginPath();
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * pixels;
    ctx.setLineDash(dash.map((length) => length * pixels));
    draw();
    ctx.stroke();
  };
  ctx.save();
  if (limit !== undefined) {
    const y = plot.valToPos(limit, 'y', true);
    stroke(theme.limit, 2, [10, 4], () => {
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(right, y);
    });
  }
  stroke(theme.text, 1.5, [], () => {
    for (const at of stops) {
      const x = plot.valToPos(at, 'x', true);
      ctx.moveTo(x, bottom);
      ctx.lineTo(x, bottom - 8 * pixels);
    }
  });
  for (const at of kills) {
    const x = plot.valToPos(at, 'x', true);
    const arm = 5 * pixels;
    const y = bbox.top + 2 * arm;
    stroke(theme.kill, 1, [2, 2], () => {
      ctx.moveTo(x, y + arm);
      ctx.lineTo(x, bottom);
    });
    stroke(theme.kill, 2.5, [], () => {
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x + arm, y - arm);
      ctx.lineTo(x - arm, y + arm);
    });
  }
  ctx.restore();
}

function optionsOf(view: ChartView, theme: () => Theme, size: { width: number; height: number }): uPlot.Options {
  const axis = { stroke: () => theme().text, grid: { stroke: () => theme().grid, width: 1 }, ticks: { show: false } };
  const { font } = theme();
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [0, view.width] }, y: { range: [0, view.top] } },
    axes: [
      { ...axis, font, size: 30, values: (_plot, splits) => splits.map((at) => `${String(Number(at.toFixed(3)))} s`) },
      { ...axis, font, size: 48, label: view.unit, labelSize: 20, labelFont: font },
    ],
    series: [{}, ...view.lines.map((line, index) => seriesOf(line, index, theme, view.stepped))],
    hooks: { draw: [(plot) => marks(plot, view, theme())] },
  };
}

function dataOf({ lines }: ChartView): uPlot.AlignedData {
  return uPlot.join(
    lines.map(({ points }): uPlot.AlignedData => [points.map(([at]) => at), points.map(([, value]) => value)]),
  );
}

/** Draws charts, and draws them anew when their place or the theme is another. Built into an output of its own. */
export class Charts {
  readonly #plots = new Map<Element, uPlot>();
  readonly #waiting = new Map<Element, ChartView>();
  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) this.#fit(target as HTMLElement);
  });

  constructor() {
    // The editor tells of a theme by the body's class and the root's variables.
    const themes = new MutationObserver(() => this.#redraw());
    themes.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  /** Draws in a place as soon as that has a size. */
  draw(place: HTMLElement, view: ChartView): void {
    this.#waiting.set(place, view);
    this.#sizes.observe(place);
  }

  #fit(place: HTMLElement): void {
    const size = { width: place.clientWidth, height: place.clientHeight };
    if (size.width === 0 || size.height === 0) {
      // Hidden, or replaced by another: the observer tells of its last size when it is taken out.
      if (!place.isConnected && this.#plots.has(place)) this.#forget(place);
      return;
    }
    const plot = this.#plots.get(place);
    if (plot !== undefined) {
      plot.setSize(size);
      return;
    }
    const view = this.#waiting.get(place);
    if (view === undefined) return;
    this.#waiting.delete(place);
    this.#plots.set(
      place,
      new uPlot(
        optionsOf(view, () => themeOf(place), size),
        dataOf(view),
        place,
      ),
    );
  }

  #forget(place: HTMLElement): void {
    this.#sizes.unobserve(place);
    this.#plots.get(place)?.destroy();
    this.#plots.delete(place);
  }

  #redraw(): void {
    for (const plot of this.#plots.values()) plot.redraw(false);
  }
}

import { samplesOf } from '../../../../src/limits/containerEvidence';
import type { LimitCheckResult } from '../../../../src/limits/runResult';
import type { ShownResult } from '../../../../src/vscode/limits/status';
import { judged, recorded, type Kind } from '../../limits/recordings';

/** What a window shows of a check whose containers were recorded. */
export function shownOf(id: string, more: Partial<LimitCheckResult> = {}, kind: Kind = 'enforced'): ShownResult {
  const recording = recorded(id, kind);
  const { check, evidence } = recording;
  const { area, title, asked, drawing } = check;
  const samples = Object.entries(evidence).flatMap(([leg, { lines }]) =>
    lines.flatMap(samplesOf).map((sample) => ({ leg, ...sample })),
  );
  const known = { id, area, title, asked, attempts: 1, ms: 4321, samples, ...(drawing && { drawing }) };
  return { at: '2026-03-04T05:06:07.000Z', result: { ...known, ...judged(recording), ...more } };
}

import { escapeMarkdown } from '../../report/markdown';
import type { ShownResult, LimitsStatus } from '../limits/status';
import type { Finding } from '../../diagnosis/finding';
import { budgetWords } from '../../limits/budget';
import { chartOf } from '../../limits/chart';
import {
  limitCheckReport,
  verdictCounts,
  verdictRows,
  type LimitCheckReport,
  type LimitEvidence,
} from '../../report/limitsModel';
import type { LimitsView, LimitCheckCard } from '../../webview/protocol';
import { explanations } from '../limits/explanations';
import { chartView } from './chartView';
import { sanitizeForPage } from '../../util/sanitize';
import { formatSeconds } from '../../util/format';

/** What was checked, a line for each check and below it what was asked, told to the kernel and seen. Pure. */
export function limitsMarkdown(results: readonly ShownResult[]): string {
  return results
    .flatMap(({ result, at, compared }) => {
      const { id, title, verdict, cause, evidence, finding } = limitCheckReport(result);
      const rows = [
        ...evidence,
        { source: 'before', value: compared ?? '' },
        { source: 'explained by', value: finding },
        { source: 'proven', value: at },
      ];
      return [
        `- **${escapeMarkdown(verdict)}: ${escapeMarkdown(title)}** (${escapeMarkdown(id)}). ${escapeMarkdown(cause)}`,
        ...rows.flatMap(({ source, value }) => (value === '' ? [] : [`  - ${source}: ${escapeMarkdown(value)}`])),
      ];
    })
    .join('\n');
}

type Found = Pick<Finding, 'id' | 'title' | 'explains'>;

/** What explains a verdict: the finding of this page that says more, where there is one. */
function explained({ finding }: LimitCheckReport, found: readonly Found[]): LimitCheckCard['explained'] {
  if (finding === '') return undefined;
  const { text, rules } = explanations[finding];
  const about = found.filter(({ id, explains }) =>
    [id, ...explains.map((one) => one.id)].some((of) => rules.includes(of)),
  );
  const best = about[0];
  return {
    text,
    ...(best !== undefined && { finding: { id: best.id, title: sanitizeForPage(best.title, 300) } }),
  };
}

/** What the page calls the parts of a check's evidence, and how much of each it shows. */
const evidenceRows: Readonly<Record<LimitEvidence, { readonly label: string; readonly maxLength: number }>> = {
  asked: { label: 'Requested', maxLength: 300 },
  kernel: { label: 'cgroup value', maxLength: 300 },
  observed: { label: 'Measured', maxLength: 500 },
};

function card(
  { result, at, compared = '' }: ShownResult,
  found: readonly Found[],
  formatTime: (ms: number) => string,
): LimitCheckCard {
  const check = limitCheckReport(result, compared);
  const { id, severity, verdict, qualifier, areaTitle, title, cause, evidence, attempts, ms } = check;
  const chart = result.drawing === undefined ? undefined : chartOf(result.samples, result.drawing);
  const why = explained(check, found);
  const rows = evidence.map(({ source, value }) => {
    const { label, maxLength } = evidenceRows[source];
    const none = source === 'kernel' && (value === '' || value === '-');
    return { label, value: none ? 'nothing' : sanitizeForPage(value, maxLength) };
  });
  const before = { label: 'Before', value: sanitizeForPage(compared, 300) };
  return {
    id,
    severity,
    verdict: `${verdictRows[verdict].title}${qualifier}`,
    area: areaTitle,
    title,
    reason: sanitizeForPage(cause),
    rows: compared === '' ? rows : [...rows, before],
    when: `${formatTime(Date.parse(at))}, in ${formatSeconds(ms)}${attempts > 1 ? `, ${String(attempts)} attempts` : ''}`,
    ...(why !== undefined && { explained: why }),
    ...(chart !== undefined && { chart: chartView(chart) }),
  };
}

function runningOf({ running }: LimitsStatus): LimitsView['running'] {
  if (running === undefined) return undefined;
  const { of, done, underWay } = running;
  const text = underWay.length === 0 ? 'Getting ready' : underWay.join(', ');
  return { text, done, of };
}

/** What is known of the checks, as the page shows it. Pure. */
export function limitsView(
  status: LimitsStatus,
  found: readonly Found[],
  formatTime: (ms: number) => string,
): LimitsView {
  const { checks, budget, results, problem } = status;
  const sum = verdictCounts(results.map(({ result }) => result)).map(
    ([verdict, count]) => `${String(count)} ${verdictRows[verdict].title.toLowerCase()}`,
  );
  const running = runningOf(status);
  return {
    intro: `Runs ${String(checks)} short checks in test containers to verify that --cpus, --memory and other limits are enforced, each with and without the limit. Takes ${budgetWords(budget)}. Your containers are not touched; only the small test image is kept.`,
    sum: sum.length === 0 ? '' : `${sum.join(', ')}.`,
    problem: sanitizeForPage(problem ?? ''),
    ...(running !== undefined && { running }),
    checks: results.map((shown) => card(shown, found, formatTime)),
  };
}

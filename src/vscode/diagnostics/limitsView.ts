import { escapeMarkdown } from '../../report/markdown';
import type { ShownResult, LimitsStatus } from '../limits/status';
import type { Finding } from '../../diagnosis/finding';
import { budgetWords } from '../../limits/budget';
import { chartOf } from '../../limits/chart';
import { countVerdicts, type ProofResult } from '../../limits/report';
import { verdicts, type Verdict } from '../../limits/verdict';
import type { LimitsView, ProofCard, Severity } from '../../webview/messages';
import { explanations } from '../limits/explanations';
import { areaLabels } from '../limits/tree';
import { chartView } from './chartView';
import { shownText } from '../../util/displayText';

/** What was proven, a line for each proof and below it what was asked, told to the kernel and seen. Pure. */
export function limitsMarkdown(results: readonly ShownResult[]): string {
  return results
    .flatMap(({ result, at, compared }) => {
      const { id, title, verdict, reason, asked, kernel, observed, finding } = result;
      const rows = [
        ['asked', asked],
        ['kernel', kernel],
        ['observed', observed],
        ['before', compared ?? ''],
        ['explained by', finding ?? ''],
        ['proven', at],
      ] as const;
      return [
        `- **${escapeMarkdown(verdict)}: ${escapeMarkdown(title)}** (${escapeMarkdown(id)}). ${escapeMarkdown(reason)}`,
        ...rows.filter(([, value]) => value !== '').map(([name, value]) => `  - ${name}: ${escapeMarkdown(value)}`),
      ];
    })
    .join('\n');
}

const severityOf: Readonly<Record<Verdict, Severity>> = {
  enforced: 'ok',
  'not-enforced': 'error',
  unsupported: 'info',
  inconclusive: 'warning',
  error: 'warning',
};

const verdictWords: Readonly<Record<Verdict, string>> = {
  enforced: 'Enforced',
  'not-enforced': 'Not enforced',
  unsupported: 'Unsupported',
  inconclusive: 'Inconclusive',
  error: 'Not proven',
};

type Found = Pick<Finding, 'id' | 'title' | 'explains'>;

/** What explains a verdict: the finding of this page that says more, where there is one. */
function explained({ finding }: ProofResult, found: readonly Found[]): ProofCard['explained'] {
  if (finding === undefined) return undefined;
  const { text, rules } = explanations[finding];
  const about = found.filter(({ id, explains }) =>
    [id, ...explains.map((one) => one.id)].some((of) => rules.includes(of)),
  );
  const best = about[0];
  return { text, ...(best !== undefined && { finding: { id: best.id, title: shownText(best.title, 300) } }) };
}

function card(shown: ShownResult, found: readonly Found[], formatTime: (ms: number) => string): ProofCard {
  const { result, at, compared } = shown;
  const { id, area, title, verdict, reason, asked, kernel, observed, basis, attempts, ms, samples, drawing } = result;
  const chart = drawing === undefined ? undefined : chartOf(samples, drawing);
  const why = explained(result, found);
  return {
    id,
    severity: severityOf[verdict],
    verdict: basis === 'setting' && verdict === 'enforced' ? 'Enforced, by its setting' : verdictWords[verdict],
    area: areaLabels[area],
    title,
    reason: shownText(reason),
    rows: [
      { label: 'Asked', value: shownText(asked, 300) },
      { label: "Kernel's file", value: kernel === '' || kernel === '-' ? 'nothing' : shownText(kernel, 300) },
      { label: 'Observed', value: shownText(observed, 500) },
      ...(compared === undefined ? [] : [{ label: 'Before', value: shownText(compared, 300) }]),
    ],
    when: `${formatTime(Date.parse(at))}, in ${(ms / 1000).toFixed(1)} s${attempts > 1 ? `, ${String(attempts)} attempts` : ''}`,
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

/** What is known of the proofs, as the page shows it. Pure. */
export function limitsView(
  status: LimitsStatus,
  found: readonly Found[],
  formatTime: (ms: number) => string,
): LimitsView {
  const { proofs, budget, results, problem } = status;
  const counts = countVerdicts(results.map(({ result }) => result));
  const sum = verdicts.flatMap((verdict) =>
    counts[verdict] === 0 ? [] : [`${String(counts[verdict])} ${verdictWords[verdict].toLowerCase()}`],
  );
  const running = runningOf(status);
  return {
    intro: `Whether limits of containers hold here is proven by ${String(proofs)} short runs, each beside the same without the limit. That takes ${budgetWords(budget)}; your containers are left alone, and nothing stays behind but the small image that the proofs run in.`,
    sum: sum.length === 0 ? '' : `${sum.join(', ')}.`,
    problem: shownText(problem ?? ''),
    ...(running !== undefined && { running }),
    proofs: results.map((shown) => card(shown, found, formatTime)),
  };
}

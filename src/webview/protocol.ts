/**
 * What the editor and the page tell each other, and nothing that runs: the one module both sides know. All of it is
 * plain JSON. Texts are ready to be shown, bounded, and free of control characters; the page puts them into the document
 * as text and never as markup.
 */

export type CardSeverity = 'ok' | 'info' | 'warning' | 'error';

export interface EvidenceRow {
  readonly source: string;
  readonly value: string;
}

/** A button that does something about a finding. */
export interface RemedyButton {
  readonly label: string;
  /** What it costs, in one sentence. */
  readonly cost: string;
}

export interface FindingCard {
  readonly id: string;
  readonly severity: Exclude<CardSeverity, 'ok'>;
  /** The area in words: `Control groups`. */
  readonly area: string;
  readonly title: string;
  readonly cause: string;
  readonly consequence: string;
  readonly evidence: readonly EvidenceRow[];
  /** What would be findings of their own without this one. */
  readonly symptoms: readonly {
    readonly id: string;
    readonly title: string;
    readonly evidence: readonly EvidenceRow[];
  }[];
  readonly remedy: {
    readonly summary: string;
    /** Empty: there is nothing to paste. */
    readonly command: string;
    /** It can be typed into a terminal here. */
    readonly canPaste: boolean;
    readonly button?: RemedyButton;
    readonly undo?: string;
  };
  /** What the area is about, for somebody who has not met it yet. */
  readonly meaning: string;
  readonly docs: readonly string[];
  /** An attempt to fix it that did not: why. */
  readonly attempt?: string;
}

/** How far a controller reaches at one level of the tree. */
export interface ControllerMark {
  readonly name: string;
  /** `passed`: delegated to the levels below. `held`: here, and not below. `absent`: the kernel has it, this level does not. */
  readonly reach: 'passed' | 'held' | 'absent';
}

export interface CgroupNode {
  /** The folder, absolute; empty for a group that is not there yet. */
  readonly folder: string;
  /** What it is to the reader: `root of what is visible here`, `this process`, `containers`. */
  readonly role: string;
  readonly controllers: readonly ControllerMark[];
  /** Limits, use and processes, each a label and a value. */
  readonly rows: readonly Row[];
  /** Where the chain breaks above this level, in one sentence. */
  readonly broken?: string;
  readonly children: readonly CgroupNode[];
}

/** The control groups: one tree on version 2, one for each controller on version 1. */
export interface CgroupPicture {
  readonly summary: string;
  readonly trees: readonly { readonly title: string; readonly root: CgroupNode }[];
  readonly effective: readonly Row[];
}

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** A few facts under one heading. */
export interface SummaryCard {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface PlatformStep {
  readonly name: string;
  readonly layer: string;
  readonly confidence: string;
  readonly evidence: readonly EvidenceRow[];
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface LogLine {
  readonly text: string;
  readonly level: LogLevel;
  /** The finding that rests on this line. */
  readonly finding?: string;
}

export interface LogExcerpt {
  /** Where it was read and how much of it, or why it was not. */
  readonly note: string;
  readonly lines: readonly LogLine[];
}

export interface HistoryRow {
  readonly at: string;
  readonly what: string;
  readonly why: string;
  readonly took: string;
}

/** Everything the page shows, worst first. */
export interface Page {
  readonly banner: { readonly severity: CardSeverity; readonly headline: string; readonly detail: string };
  /** Commands that fit the state: `Start Docker`. */
  readonly commands: readonly { readonly name: CommandName; readonly label: string }[];
  /** What was fixed while the page was open, newest first. */
  readonly fixed: readonly string[];
  readonly findings: readonly FindingCard[];
  readonly skipped: readonly { readonly id: string; readonly area: string; readonly reason: string }[];
  /** Areas in which nothing was found, in words. */
  readonly passed: readonly string[];
  readonly cgroups: CgroupPicture | { readonly unreadable: string };
  readonly platform: readonly PlatformStep[];
  readonly summaryCards: readonly SummaryCard[];
  readonly log: LogExcerpt;
  readonly history: readonly HistoryRow[];
  /** When the facts were read, and how long that took. */
  readonly taken: string;
}

/** One container's line in a chart. */
export interface ChartLine {
  readonly label: string;
  /** How it is drawn: `limited` is what the chart is about, `control` the same without the limit. */
  readonly style: 'limited' | 'control' | 'other';
  readonly points: readonly (readonly [seconds: number, value: number])[];
  /** That it leaves the picture at the top, with its highest value. */
  readonly beyond?: string;
}

/** Use over time beside the limit, in numbers that are ready to be drawn. */
export interface ChartView {
  /** `CPUs`, `MiB`, `MiB/s`. */
  readonly unit: string;
  /** Whether a value holds until the next; else they are joined by straight lines. */
  readonly stepped: boolean;
  readonly limit?: number;
  /** Where the picture ends: seconds, and the unit. */
  readonly width: number;
  readonly top: number;
  readonly lines: readonly ChartLine[];
  /** When the limit stopped the container, a moment for each period. */
  readonly stops: readonly number[];
  readonly kills: readonly number[];
  /** What is to be seen, in a sentence or two, for whoever does not see it. */
  readonly summary: string;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** A check of a limit with its verdict. */
export interface LimitCheckCard {
  readonly id: string;
  readonly severity: CardSeverity;
  /** `Enforced`, `Not enforced`. */
  readonly verdict: string;
  readonly area: string;
  readonly title: string;
  readonly reason: string;
  readonly rows: readonly Row[];
  /** How long it took and when it was. */
  readonly when: string;
  /** What explains the verdict, and the finding on this page that says more. */
  readonly explained?: { readonly text: string; readonly finding?: { readonly id: string; readonly title: string } };
  readonly chart?: ChartView;
}

/** The checks of resource limits: what they would take, what is under way, what was seen. */
export interface LimitsView {
  readonly intro: string;
  /** The counts of verdicts; empty before the first run. */
  readonly sum: string;
  /** Why the latest run came to nothing; empty when it did not. */
  readonly problem: string;
  readonly running?: { readonly text: string; readonly done: number; readonly of: number };
  readonly checks: readonly LimitCheckCard[];
}

/** What is under way; `finding` is the one being fixed. */
export interface Work {
  readonly text: string;
  readonly finding?: string;
}

export type WebviewUpdate =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'work'; readonly work?: Work }
  | { readonly kind: 'limits'; readonly limits: LimitsView }
  /** One sentence to be said, of something that ended. */
  | { readonly kind: 'said'; readonly text: string };

/** What the page may ask for besides fixing; the editor knows what each stands for. */
export type CommandName = 'start' | 'restart' | 'stop' | 'verify' | 'show-log' | 'set-up-helper';
export type ReportName = 'copy-markdown' | 'save-report' | 'raw-json';

export type WebviewRequest =
  /** The script runs and can be sent data: after each load, and a hidden page is loaded anew when it is shown. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'refresh' }
  /** Do what the button of this finding says. */
  | { readonly kind: 'run-remedy'; readonly finding: string }
  | { readonly kind: 'copy-remedy'; readonly finding: string }
  | { readonly kind: 'paste-remedy'; readonly finding: string }
  | { readonly kind: 'command'; readonly name: CommandName }
  | { readonly kind: 'report'; readonly name: ReportName }
  /** Run every check of a limit, or one. */
  | { readonly kind: 'run-checks'; readonly check?: string }
  | { readonly kind: 'cancel-checks' };

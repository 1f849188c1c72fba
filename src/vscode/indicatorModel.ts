import type { Installed } from '../helper/installed';
import type { OverallVerdict } from '../app/verdict';
import type { EngineState } from '../engine/state';
import { isUsable, rowOf, states } from '../engine/stateTable';
import { commandIds, commandRows, type CommandId } from './commands';
import { commandsOf } from './nextStepButtons';
import { escapeForTooltip } from '../util/sanitize';
import { stepWords } from '../app/lifecycle';
import { asSentence } from '../util/format';

/** Everything the indicator shows depends on this and on nothing else. */
export interface IndicatorModel {
  readonly state: EngineState;
  /** What is said of Docker, in plain text, and what is advised. */
  readonly words: OverallVerdict;
  /** Where the engine is looked for, and who said so (`DOCKER_HOST`, `default`). */
  readonly endpoint?: { readonly display: string; readonly source: string };
  /** When the daemon began to listen, milliseconds since the epoch; earlier than the window saw it. */
  readonly upSince?: number;
  /** The installed helper against the bundled one; undefined while nobody has looked yet. */
  readonly helper?: Installed['status'];
  /** Shown for a moment after a command succeeded: `restarted`. */
  readonly flash?: string;
  /** Milliseconds since the epoch → date, time and time zone in the reader's language. */
  readonly formatTime: (ms: number) => string;
}

/** What the status bar item is set to. */
export interface StatusBarContent {
  /** Codicon name, with `~spin` while something happens. */
  readonly icon: string;
  /** Without the icon. */
  readonly text: string;
  readonly spinner: boolean;
  readonly background: 'none' | 'warning' | 'error';
  /** Markdown; everything that is not ours in it is escaped. */
  readonly tooltip: string;
  /** What a screen reader says. */
  readonly label: string;
  readonly command: CommandId;
}

type Face = Pick<StatusBarContent, 'icon' | 'text' | 'background'>;

function face({ state, words: { severity } }: IndicatorModel): Face {
  const { icon, text } = rowOf(state);
  const background = severity === 'warning' || severity === 'error' ? severity : 'none';
  // A fault that stands while the engine can be used.
  return { icon: isUsable(state) && background !== 'none' ? 'warning' : icon, text, background };
}

/** `3 of 7 containers running` */
export function containerCount(running: number, all: number): string {
  const noun = all === 1 ? 'container' : 'containers';
  return all === 0 ? 'no containers' : `${running} of ${all} ${noun} running`;
}

function facts(model: IndicatorModel): readonly string[] {
  const { state, endpoint, words } = model;
  const { details } = state;
  const lines: string[] = [];
  if (words.verification !== '') {
    const icon = words.verified?.verdict === 'yes' ? 'verified' : 'unverified';
    lines.push(`$(${icon}) ${escapeForTooltip(asSentence(words.verification))}`);
  }
  const version = details?.version ?? state.engineVersion;
  if (version !== undefined && version !== '') {
    const storage = details === undefined ? '' : `, storage ${escapeForTooltip(details.storageDriver)}`;
    lines.push(`$(versions) Engine ${escapeForTooltip(version)}${storage}`);
  }
  if (details !== undefined) {
    const cgroup =
      details.cgroupVersion === '' ? 'cgroup version not told' : `cgroup v${escapeForTooltip(details.cgroupVersion)}`;
    const driver = details.cgroupDriver === '' ? '' : `, ${escapeForTooltip(details.cgroupDriver)} driver`;
    lines.push(`$(dashboard) ${cgroup}${driver}`);
    lines.push(`$(package) ${containerCount(details.containersRunning, details.containers)}`);
  }
  if (endpoint !== undefined) {
    lines.push(`$(plug) ${escapeForTooltip(endpoint.display)} (${escapeForTooltip(endpoint.source)})`);
  }
  if (state.cause?.code !== 'not-asked-yet') {
    const up = isUsable(state);
    const since = up ? Math.min(model.upSince ?? state.since, state.since) : state.since;
    lines.push(`$(history) ${up ? 'Up since' : 'Since'} ${escapeForTooltip(model.formatTime(since))}`);
  }
  return lines;
}

const helperNotes: Readonly<Record<Installed['status'], string>> = {
  missing: '$(shield) The privileged helper is not set up: start, stop and restart need it.',
  untrusted: '$(shield) The installed helper can be changed by others than root, so it is not used. Set it up again.',
  outdated: '$(shield) The installed helper is of another version than this extension.',
  current: '',
};

function tooltip(model: IndicatorModel): string {
  const { state, words, helper } = model;
  const sections: string[] = [];
  // Of an engine that runs well, the explanation says no more than the facts below it.
  const known = facts(model);
  const well = state.kind === 'running' && state.cause === undefined && words.severity === 'ok';
  const needless = words.explanation === '' || (well && known.length > 0);
  const explanation = needless ? '' : `\n\n${escapeForTooltip(words.explanation)}`;
  sections.push(`**${escapeForTooltip(words.headline)}**${explanation}`);
  if (state.step !== undefined && state.step !== '')
    sections.push(`$(sync~spin) Now: ${escapeForTooltip(stepWords(state.step))}`);
  if (known.length > 0) sections.push(known.join('  \n'));
  const note = helper === undefined ? '' : helperNotes[helper];
  if (note !== '' && states[state.kind].daemon !== 'host') sections.push(note);
  const links = [...commandsOf(words.nextSteps), commandIds.menu].map(
    (id) => `[$(${commandRows[id].icon}) ${commandRows[id].label}](command:${id})`,
  );
  sections.push(`---\n\n${links.join('&nbsp;&nbsp; ')}`);
  return sections.join('\n\n');
}

function spoken(model: IndicatorModel): string {
  const { state, words } = model;
  const parts = [words.headline, asSentence(words.verification)].filter((part) => part !== '');
  if (state.step !== undefined && state.step !== '') parts.push(`Now ${stepWords(state.step)}`);
  if (state.details !== undefined && states[state.kind].daemon === 'ours') {
    parts.push(containerCount(state.details.containersRunning, state.details.containers));
  }
  return `${parts.map((part) => part.replace(/[.\s]+$/u, '')).join('. ')}. Opens the Docker menu.`;
}

/** State and facts → what the indicator shows. Pure: equal scenes give equal presentations. */
export function statusBarContent(model: IndicatorModel): StatusBarContent {
  const look = face(model);
  const flash = model.flash !== undefined && look.background === 'none' && !look.icon.endsWith('~spin');
  return {
    ...look,
    text: flash ? `Docker: ${model.flash}` : look.text,
    spinner: look.icon.endsWith('~spin'),
    tooltip: tooltip(model),
    label: spoken(model),
    command: commandIds.menu,
  };
}

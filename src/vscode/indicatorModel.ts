import type { Installed } from '../helper/installed';
import type { Description } from '../diagnosis/describe';
import type { Cause, EngineState } from '../engine/state';
import { commandIds, type CommandId } from './commandIds';
import { offerIcons, offerLabels, offersFor } from './commandLabels';
import { escapeForTooltip } from '../util/displayText';
import type { Fault } from './runningWarning';
import { stepWords } from '../app/steps';

/** Everything the indicator shows depends on this and on nothing else. */
export interface Scene {
  readonly state: EngineState;
  /** What `describe` says of the state, in plain text, and what it advises. */
  readonly words: Description;
  /** Where the engine is looked for, and who said so (`DOCKER_HOST`, `default`). */
  readonly endpoint?: { readonly display: string; readonly source: string };
  /** When the daemon began to listen, milliseconds since the epoch; earlier than the window saw it. */
  readonly upSince?: number;
  /** The installed helper against the bundled one; undefined while nobody has looked yet. */
  readonly helper?: Installed['status'];
  /** What is wrong though the engine runs. */
  readonly fault?: Fault;
  /** Shown for a moment after a command succeeded: `restarted`. */
  readonly flash?: string;
  /** Milliseconds since the epoch → date, time and time zone in the reader's language. */
  readonly formatTime: (ms: number) => string;
}

/** What the status bar item is set to. */
export interface Presentation {
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

type Face = Pick<Presentation, 'icon' | 'text' | 'background'>;

const spinning = (text: string): Face => ({ icon: 'sync~spin', text, background: 'none' });

function failedText(code: Cause['code'] | undefined): string {
  switch (code) {
    case 'crashed':
      return 'Docker: crashed';
    case 'start-failed':
      return 'Docker: failed to start';
    case 'crash-loop':
      return 'Docker: keeps failing';
    case 'stop-failed':
      return 'Docker: failed to stop';
    case 'unreachable':
      return 'Docker: unreachable';
    default:
      return 'Docker: failed';
  }
}

function face({ state, fault }: Scene): Face {
  switch (state.kind) {
    case 'running':
      return fault === undefined
        ? { icon: 'package', text: 'Docker', background: 'none' }
        : { icon: 'warning', text: 'Docker', background: 'warning' };
    case 'stopped':
      return { icon: 'circle-slash', text: 'Docker: stopped', background: 'none' };
    case 'starting':
      return spinning('Docker: starting');
    case 'stopping':
      return spinning('Docker: stopping');
    case 'restarting':
      return spinning('Docker: restarting');
    case 'degraded':
      return { icon: 'warning', text: 'Docker: degraded', background: 'warning' };
    case 'denied':
      return { icon: 'lock', text: 'Docker: no permission', background: 'warning' };
    case 'hung':
      return { icon: 'error', text: 'Docker: not answering', background: 'error' };
    case 'failed':
      return { icon: 'error', text: failedText(state.cause?.code), background: 'error' };
    case 'misconfigured':
      return state.cause?.code === 'bad-endpoint'
        ? { icon: 'error', text: 'Docker: unusable endpoint', background: 'error' }
        : { icon: 'error', text: 'Docker: socket blocked', background: 'error' };
    case 'foreign':
      return { icon: 'plug', text: "Docker: host's", background: 'none' };
    case 'unknown':
      if (state.cause === undefined || state.cause.code === 'not-asked-yet') {
        return { icon: 'loading~spin', text: 'Docker', background: 'none' };
      }
      return { icon: 'question', text: 'Docker: unknown', background: 'none' };
  }
}

/** `3 of 7 containers running` */
export function containerCount(running: number, all: number): string {
  const noun = all === 1 ? 'container' : 'containers';
  return all === 0 ? 'no containers' : `${running} of ${all} ${noun} running`;
}

function facts(scene: Scene): readonly string[] {
  const { state, endpoint } = scene;
  const { details } = state;
  const lines: string[] = [];
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
    const up = state.kind === 'running' || state.kind === 'foreign';
    const since = up ? Math.min(scene.upSince ?? state.since, state.since) : state.since;
    lines.push(`$(history) ${up ? 'Up since' : 'Since'} ${escapeForTooltip(scene.formatTime(since))}`);
  }
  return lines;
}

const helperNotes: Readonly<Record<Installed['status'], string>> = {
  missing: '$(shield) The privileged helper is not set up: start, stop and restart need it.',
  untrusted: '$(shield) The installed helper can be changed by others than root, so it is not used. Set it up again.',
  outdated: '$(shield) The installed helper is of another version than this extension.',
  current: '',
};

function tooltip(scene: Scene): string {
  const { state, words, helper, fault } = scene;
  const sections: string[] = [];
  // Of an engine that runs, the explanation says no more than the facts below it.
  const known = facts(scene);
  const needless = words.explanation === '' || (state.kind === 'running' && known.length > 0);
  const explanation = needless ? '' : `\n\n${escapeForTooltip(words.explanation)}`;
  sections.push(`**${escapeForTooltip(words.headline)}**${explanation}`);
  if (state.kind === 'running' && fault !== undefined)
    sections.push(
      `$(warning) **${escapeForTooltip(fault.title)}**  \n${escapeForTooltip(`${fault.cause} ${fault.consequence}`)}`,
    );
  if (state.step !== undefined && state.step !== '')
    sections.push(`$(sync~spin) Now: ${escapeForTooltip(stepWords(state.step))}`);
  if (known.length > 0) sections.push(known.join('  \n'));
  const note = helper === undefined ? '' : helperNotes[helper];
  if (note !== '' && state.kind !== 'foreign') sections.push(note);
  const links = [...offersFor(words.nextSteps), commandIds.menu].map(
    (id) => `[$(${offerIcons[id]}) ${offerLabels[id]}](command:${id})`,
  );
  sections.push(`---\n\n${links.join('&nbsp;&nbsp; ')}`);
  return sections.join('\n\n');
}

function spoken(scene: Scene): string {
  const { state, words, fault } = scene;
  const parts = [words.headline];
  if (state.kind === 'running' && fault !== undefined) parts.push(`Warning: ${fault.title}`);
  if (state.step !== undefined && state.step !== '') parts.push(`Now ${stepWords(state.step)}`);
  if (state.details !== undefined && (state.kind === 'running' || state.kind === 'degraded')) {
    parts.push(containerCount(state.details.containersRunning, state.details.containers));
  }
  return `${parts.map((part) => part.replace(/[.\s]+$/u, '')).join('. ')}. Opens the Docker menu.`;
}

/** State and facts → what the indicator shows. Pure: equal scenes give equal presentations. */
export function present(scene: Scene): Presentation {
  const look = face(scene);
  const flash = scene.flash !== undefined && look.background === 'none' && !look.icon.endsWith('~spin');
  return {
    ...look,
    text: flash ? `Docker: ${scene.flash}` : look.text,
    spinner: look.icon.endsWith('~spin'),
    tooltip: tooltip(scene),
    label: spoken(scene),
    command: commandIds.menu,
  };
}

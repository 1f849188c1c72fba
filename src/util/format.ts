/** One MiB, in bytes. */
export const MiB = 1024 * 1024;

/** `64.0 MiB`, whatever the size is: numbers that stand beside each other are in one unit. */
export function formatMiB(bytes: number, digits = 1): string {
  return `${(bytes / MiB).toFixed(digits)} MiB`;
}

/** Bytes in the largest unit that leaves a number above one: `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Milliseconds as seconds with one digit: `4.3 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Milliseconds in the unit that suits them: `320 ms`, `4.3 s`. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${String(Math.round(ms))} ms` : formatSeconds(ms);
}

/** A number of CPUs: `0.42`; at most two digits of a measurement are true. */
export function formatCpus(cpus: number): string {
  return cpus.toFixed(2);
}

/** A share of one: `25 %`. */
export function formatPercent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

/** An ISO 8601 time to the minute, as it is, so in UTC: `2026-01-02 03:04`. */
export function formatMinute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** Milliseconds since the epoch as the time of day here, with the date where that is another day's: `14:03`. */
export function formatClock(at: number, now: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** `1 check`, `2 checks`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${String(count)} ${count === 1 ? noun : plural}`;
}

/** A text with its end cut off where it is longer than a bound: never its middle. */
export function shortened(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** A clause as a sentence: a capital in front, a full stop behind; nothing stays nothing. */
export function asSentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What something thrown says, without the name of its class. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

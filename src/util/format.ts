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

/** `1 check`, `2 checks`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${String(count)} ${count === 1 ? noun : plural}`;
}

/** A text with its end cut off where it is longer than a bound: never its middle. */
export function shortened(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** What something thrown says, without the name of its class. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

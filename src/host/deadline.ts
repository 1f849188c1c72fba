import type { Fact } from './facts/fact';
import { isUnreadable, type ReadResult } from './readResult';
import { errorMessage } from '../util/format';

/**
 * A reader's outcome as a slice: its value, why it could not be read, or that it took too long (a file system behind a
 * dead server makes any `stat` wait for ever). Never rejects; a reader that throws after all is one that could not read.
 */
export async function within<T>(deadlineMs: number, reading: Promise<ReadResult<T>>): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Fact<T>>((resolve) => {
    timer = setTimeout(() => resolve({ unreadable: `no answer within ${deadlineMs} ms` }), deadlineMs);
  });
  const read = reading.then(
    (value): Fact<T> => (isUnreadable(value) ? value : { value }),
    (error: unknown): Fact<T> => ({ unreadable: errorMessage(error) }),
  );
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

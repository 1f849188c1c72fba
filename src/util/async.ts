/** What a signal was aborted with. */
function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/**
 * Starts something and waits for it, but no longer than until the signal is aborted: rejects with its reason then, and
 * does not start it when it is aborted already. What is left behind goes on; `late` is given its result.
 */
export async function raceAbort<T>(
  start: () => Promise<T>,
  signal: AbortSignal,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  if (signal.aborted) throw reasonOf(signal);
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    const wait = async (): Promise<void> => {
      try {
        const value = await start();
        if (signal.aborted) late(value);
        resolve(value);
      } catch (error) {
        // Nothing, when the abort has rejected it before.
        reject(error instanceof Error ? error : new Error(String(error)));
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    };
    void wait();
  });
}

/**
 * Waits for all of them, whatever they end with. `onFailure` is called at the first that rejects, so that the others can
 * be told to end; its reason is thrown when all have ended.
 */
export async function settleAll<T>(
  promises: readonly Promise<T>[],
  onFailure: (reason: unknown) => void,
): Promise<readonly T[]> {
  const failures: unknown[] = [];
  const watched = promises.map(async (promise) => {
    try {
      return await promise;
    } catch (error) {
      failures.push(error);
      if (failures.length === 1) onFailure(error);
      throw error;
    }
  });
  const settled = await Promise.allSettled(watched);
  if (failures.length > 0) throw failures[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Waits so many milliseconds, or until the signal is aborted. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish, { once: true });
  });
}

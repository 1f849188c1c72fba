/** A part of the window that is made when it is first needed, once. */
export class Lazy<T extends { dispose(): void }> {
  readonly #load: () => Promise<() => T>;
  /** Undefined until it was needed. */
  now: T | undefined;
  #loading: Promise<T> | undefined;
  #disposed = false;

  /** @param load loads the part's output file; what it resolves to makes the part */
  constructor(load: () => Promise<() => T>) {
    this.#load = load;
  }

  /** The part. A failed load is tried again by the next caller. */
  async get(): Promise<T> {
    this.#loading ??= this.#make().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #make(): Promise<T> {
    const make = await this.#load();
    if (this.#disposed) throw new Error('The window is closing.');
    this.now = make();
    return this.now;
  }

  dispose(): void {
    this.#disposed = true;
    this.now?.dispose();
  }
}

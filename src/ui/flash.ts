/** How long a success is shown in the indicator, in milliseconds. */
const flashMs = 4000;

/** A word that is shown for a moment. */
export class Flash {
  private word: string | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onChange: () => void) {}

  get current(): string | undefined {
    return this.word;
  }

  show(word: string): void {
    clearTimeout(this.timer);
    this.word = word;
    this.timer = setTimeout(() => {
      this.word = undefined;
      this.onChange();
    }, flashMs);
    this.onChange();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

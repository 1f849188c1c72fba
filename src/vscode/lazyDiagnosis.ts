import type * as Late from './backgroundDiagnosis';
import type { Examiner, ExaminerParts } from './backgroundDiagnosis';

/** Loads the examiner's output file; bundling leaves this import alone. */
export async function loadExaminer(): Promise<typeof Late> {
  return import('./backgroundDiagnosis');
}

/** The examiner, made when it is first needed, once. */
export class LateExaminer {
  private loading: Promise<Examiner> | undefined;
  private disposed = false;

  constructor(
    private readonly load: typeof loadExaminer,
    private readonly parts: ExaminerParts,
  ) {}

  /** The examiner. A failed load is tried again by the next caller. */
  async get(): Promise<Examiner> {
    this.loading ??= this.make().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async make(): Promise<Examiner> {
    const { Examiner } = await this.load();
    if (this.disposed) throw new Error('The window is closing.');
    return new Examiner(this.parts);
  }

  dispose(): void {
    this.disposed = true;
    // One that could not be loaded has told so already.
    this.loading?.then(
      (examiner) => examiner.dispose(),
      () => undefined,
    );
  }
}

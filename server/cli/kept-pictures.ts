import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabProblem } from "../../workshop/common/lab.js";
import type { ValidatedStep, ValidationReport } from "../../workshop/node/validation-report.js";

/** Keeps what the learner's page looked like when the first step had failed, in a file for each replay that fails. */
export class KeptPictures {
  readonly #folder: string;
  readonly #files: string[] = [];
  readonly #problems: LabProblem[] = [];
  #failures = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the picture, a PNG, and writes it down. Never rejects: what does not succeed is a warning of the report. */
  async keep({ file, line }: ValidatedStep, take: () => Promise<Buffer | undefined>): Promise<void> {
    this.#failures += 1;
    const name = this.#failures === 1 ? "page.png" : `page-${String(this.#failures)}.png`;
    const path = join(this.#folder, name);
    try {
      const picture = await take();
      if (picture === undefined) return;
      mkdirSync(this.#folder, { recursive: true });
      // As recordings are: what learners see is not everybody's.
      writeFileSync(path, picture, { mode: 0o600 });
      this.#files.push(path);
    } catch (error) {
      const [why = ""] = String(error).split("\n");
      const message = `The picture of the page could not be kept in ${path}: ${why}`;
      const fix = "The verdict is the same without it; the report and the recordings have the rest";
      this.#problems.push({ severity: "warning", rule: "picture-not-kept", file, line, message, fix });
    }
  }

  /** The report with where they are, or why they are not. */
  toldIn(report: ValidationReport): ValidationReport {
    return {
      ...report,
      problems: [...report.problems, ...this.#problems],
      ...(this.#files.length > 0 && { pictures: this.#files }),
    };
  }
}

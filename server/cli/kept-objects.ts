import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabProblem } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { namespaceObjects } from "../../workshop/node/namespace-objects.js";
import type { NamespaceObjects } from "../../workshop/node/namespace-objects.js";
import type { Clusters } from "../../workshop/node/session-cluster.js";
import type { ValidatedStep, ValidationReport } from "../../workshop/node/validation-report.js";

/** Keeps what a session's namespace held when its first step failed, in a file for each replay that fails. */
export class KeptObjects {
  readonly #folder: string;
  readonly #files: string[] = [];
  readonly #problems: LabProblem[] = [];
  #failures = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads them and writes them down. Never rejects: what does not succeed is a warning of the report. */
  async keep(
    step: ValidatedStep,
    { session, clusters, signal }: { session: SessionResource; clusters: Clusters; signal: AbortSignal },
  ): Promise<void> {
    this.#failures += 1;
    const { namespace } = session.spec;
    const objects = await namespaceObjects(session, clusters, signal);
    if (objects.fault !== undefined)
      this.#warn(step, `Not all objects of ${namespace} are kept: ${objects.fault}`);
    if (objects.text === "") return;
    const file = join(this.#folder, this.#failures === 1 ? "objects.yaml" : `objects-${this.#failures}.yaml`);
    try {
      mkdirSync(this.#folder, { recursive: true });
      // As recordings are: what learners see is not everybody's.
      writeFileSync(file, `${headOf(step, session, objects)}${objects.text}`, { mode: 0o600 });
      this.#files.push(file);
    } catch (error) {
      this.#warn(step, `The objects of ${namespace} could not be written to ${file}: ${String(error)}`);
    }
  }

  /** The report with where they are, or why they are not. */
  toldIn(report: ValidationReport): ValidationReport {
    return {
      ...report,
      problems: [...report.problems, ...this.#problems],
      ...(this.#files.length > 0 && { objects: this.#files }),
    };
  }

  #warn({ file, line }: ValidatedStep, message: string): void {
    const fix = "The verdict is the same without them; the report and the recordings have the rest";
    this.#problems.push({ severity: "warning", rule: "objects-not-kept", file, line, message, fix });
  }
}

function headOf(
  { file, line, step }: ValidatedStep,
  { metadata, spec }: SessionResource,
  { missing }: NamespaceObjects,
): string {
  const lines = [
    `Objects of the namespace ${spec.namespace} of the session ${metadata.name} at ${new Date().toISOString()},`,
    `when block ${String(step)} of its page had failed: ${file}:${String(line)}.`,
    "Without the values of Secrets, managed fields and last-applied configurations.",
    ...missing.map((sentence) => `${sentence}.`),
  ];
  // A file's name and what a cluster answers may hold anything.
  return lines.map((text) => `# ${text.replaceAll(/\p{Cc}+/gu, " ")}\n`).join("");
}

import type { Lab } from "../common/lab.js";
import { type ValidationOptions, type ValidationParts, validateLab } from "./validate-lab.js";
import type { Mutant, ValidatedStep, ValidationReport } from "./validation-report.js";

export interface MutationOptions extends Pick<
  ValidationOptions,
  "environment" | "minutes" | "onLeftBehind" | "signal" | "ownsPlatform"
> {
  /** Replays at once, each with a session of its own. */
  parallel: number;
  onMutant?: (mutant: Mutant) => void;
}

/**
 * Replays a lab that has passed once more for each of its commands, without that command: what still passes then does not show that the
 * learner did it. Throws what `validateLab` throws.
 */
export async function mutateLab(
  lab: Lab,
  parts: ValidationParts,
  report: ValidationReport,
  { parallel, onMutant, ...options }: MutationOptions,
): Promise<Mutant[]> {
  const left = report.steps.filter(({ state, isCommand }) => isCommand && state === "passed").entries();
  const mutants: Mutant[] = [];
  const work = async (): Promise<void> => {
    for (const [at, step] of left) {
      const mutant = await mutate(lab, parts, step, options);
      mutants[at] = mutant;
      onMutant?.(mutant);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return mutants;
}

async function mutate(
  lab: Lab,
  parts: ValidationParts,
  left: ValidatedStep,
  options: ValidationOptions,
): Promise<Mutant> {
  const { steps } = await validateLab(lab, parts, { ...options, without: left, stopsAtFailure: true });
  const failed = steps.find(({ state }) => state === "failed");
  const { page, pageTitle, file, line, step, text } = left;
  const place = { page, pageTitle, file, line, step, text };
  if (failed === undefined) return { ...place, isMissed: false };
  const why = failed.message === undefined ? {} : { message: failed.message };
  return { ...place, isMissed: true, missedBy: { file: failed.file, line: failed.line, ...why } };
}

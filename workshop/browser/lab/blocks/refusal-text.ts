import type { StepResult } from "../../../common/api.js";

export interface RefusalText {
  policies: string[];
  /** The refusal in the API server's words, without the wrapping of `kubectl`. */
  message: string;
}

/** Longest refusal looked at and shown, characters. */
const LONGEST_MESSAGE = 600;
const DENIED = /ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request: (.+)/;

/** The image policy's refusal in what a step printed; `undefined` where nothing was refused. */
export function findRefusal(
  result: Pick<StepResult, "output" | "message" | "state">,
): RefusalText | undefined {
  const text = result.output ?? result.message ?? "";
  const message = DENIED.exec(text)?.[1]?.trim().slice(0, LONGEST_MESSAGE);
  if (message === undefined) return undefined;
  const policies = [...message.matchAll(/policy ["']?([a-z0-9][a-z0-9.-]*)["']?/gi)].flatMap(
    (found) => found[1] ?? [],
  );
  return { policies: [...new Set(policies)], message };
}

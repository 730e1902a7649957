import { describeImpact } from "../../../policy/common/impact.js";
import type { LintWarning, PreviewAnswer, PreviewRequest } from "../../../policy/common/tmc-api.js";
import type { TmcWorld } from "./program.js";

/** What `--dry-run` says of a change: what it refuses and lets in of what there is, and what looks like a mistake. */
export async function impactOf(world: TmcWorld, change: PreviewRequest): Promise<string> {
  const answer = (await world.connect().call("POST", "image-policies/preview", change)) as PreviewAnswer;
  return [describeImpact(answer, subjectOf(change)), ...answer.warnings.map(warningText)].join("\n  ");
}

function subjectOf({ namespace, exception }: PreviewRequest): string {
  if (exception !== undefined) return "The policy without the exception";
  return namespace === undefined ? "This policy" : "The policies that would hold";
}

function warningText({ rule, message }: LintWarning): string {
  return rule === undefined ? message : `Rule ${rule + 1}: ${message}`;
}

import { describeImpact } from "../../../policy/common/impact.js";
import type { LintWarning, PreviewAnswer, PreviewRequest } from "../../../policy/common/tmc-api.js";
import type { TmcWorld } from "./program.js";

/** What `--dry-run` says of a change: what it refuses and lets in of what there is, and what looks like a mistake. */
export async function impactOf(world: TmcWorld, change: PreviewRequest): Promise<string> {
  const answer = (await world.connect().call("POST", "image-policies/preview", change)) as PreviewAnswer;
  const subject = change.namespace === undefined ? "This policy" : "The policies that would hold";
  return [describeImpact(answer, subject), ...answer.warnings.map(warningText)].join("\n  ");
}

function warningText({ rule, message }: LintWarning): string {
  return rule === undefined ? message : `Rule ${rule + 1}: ${message}`;
}

import type { PolicyOrigin, PolicyVerdict } from "../../policy/common/verdict.js";

/** What a policy says to an image: one line, and below it what would pass. */
export function policyLines(policy: PolicyVerdict): string[] {
  const { name, origin, reason, advice, warning } = policy;
  const line = `  [${name}] set on ${originWords(origin)}: ${verdictWord(policy)}. ${reason}`;
  return [line, ...[advice, warning].filter((text) => text !== undefined).map((text) => `    ${text}`)];
}

/** Whether a policy lets an image pass, in a word or two. */
export function verdictWord({ passed, audit, exception }: PolicyVerdict): string {
  if (exception) return "passes by an exception";
  if (passed) return "passes";
  return audit ? "would refuse (dry run)" : "refuses";
}

/** Where a policy is set. */
export function originWords(origin: PolicyOrigin): string {
  return origin.kind === "organization" ? "the organization" : `workspace ${origin.workspace}`;
}

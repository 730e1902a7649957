import type { ZodError } from "zod";
import { plainIssues } from "../../workshop/common/issue-text.js";

/** What is wrong with the claims of a token, as the end of a sentence for whoever followed the link: its course's administrator can act on it. */
export function claimProblem(error: ZodError): string {
  const [issue] = plainIssues(error.issues);
  if (!issue) return "its claims are not those of LTI 1.3.";
  // Claims are named by addresses; their last word is what settings of platforms call them.
  const claim = issue.path.map((part) => String(part).replace(/^https?:\/\/.*\//, "")).join(".");
  const isLacking = issue.code === "invalid_type" && issue.message.endsWith(" received undefined");
  const what = isLacking
    ? `the claim "${claim}" is missing`
    : `the claim "${claim}" is not as LTI 1.3 has it`;
  return `${what}. Whoever looks after that platform can see to what it sends to tools.`;
}

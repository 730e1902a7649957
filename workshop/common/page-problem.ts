/** Something that is wrong with a page. */
export interface PageProblem {
  severity: "error" | "warning";
  /** Short name of the rule: `unknown-variable`. */
  rule: string;
  /** Line of the page's file, from 1. */
  line: number;
  message: string;
  /** What to do about it. */
  fix: string;
}

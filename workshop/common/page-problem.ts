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
  /** Where something of the lab does here what it was not written for: something else, or nothing. Absent for what is simply wrong. */
  fidelity?: "approximated" | "lacking";
  /** The action that it is about, where it is about a block. */
  action?: string;
}

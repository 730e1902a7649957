import type { Lab } from "../common/lab.js";

/** Forms whose definition is a resource of Educates. */
export const EDUCATES_FORMS: ReadonlySet<string> = new Set(["classic", "hugo"]);

/** Where a lab says what is not the text of its pages. */
export function labFileOf({ source }: Lab): { file: string; line: number } {
  return { file: EDUCATES_FORMS.has(source.form) ? "resources/workshop.yaml" : "workshop.yaml", line: 1 };
}

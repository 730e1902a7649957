import { compileLabPage, findPage } from "../../workshop/common/render-page.js";
import { sampleVariables } from "../../workshop/common/variables.js";
import type { Lab } from "../../workshop/common/lab.js";

/** The ids of a page's steps, in order. */
export function stepIds(lab: Lab, page: string): string[] {
  return compileLabPage(lab, findPage(lab, page), sampleVariables(lab)).actions.map(({ view }) => view.step);
}

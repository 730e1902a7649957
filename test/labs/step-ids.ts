import { compileLabPage, findPage } from "../../workshop/common/render-page.js";
import { sampleVariables } from "../../workshop/common/variables.js";
import type { Lab } from "../../workshop/common/lab.js";

/** The ids of a page's steps, in order. */
export function stepIds(lab: Lab, page: string): string[] {
  const { actions } = compileLabPage(lab, findPage(lab, page), sampleVariables(lab), {
    fileUrl: (path) => path,
  });
  return actions.map(({ view }) => view.step);
}

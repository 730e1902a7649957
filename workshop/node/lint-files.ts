import { WorkshopError } from "../common/errors.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { addressInWords } from "../common/page-address.js";
import type { CompiledPage } from "../common/render-page.js";
import { readCheckScript, testPath } from "./script-check.js";

/** A page of a lab, and what it was compiled to with values that stand in for a session's. */
export interface Inspected {
  page: LabPage;
  compiled: CompiledPage;
}

/** Check scripts that a page names and the lab does not have. */
export async function missingScripts(lab: Lab, { page, compiled }: Inspected): Promise<LabProblem[]> {
  const problems: LabProblem[] = [];
  for (const { expectation, test, line, view } of compiled.actions) {
    const paths = [expectation.script ?? [], test ? testPath(lab, test.name) : []].flat();
    for (const path of paths) {
      const found = await readCheckScript(lab, path).catch((error: unknown) => error);
      if (found instanceof WorkshopError)
        problems.push({
          severity: "error",
          rule: "missing-check",
          file: page.file,
          line,
          message: found.message,
          fix: "Add the file to the lab, or correct the path",
          ...(test && { action: view.action }),
        });
    }
  }
  return problems;
}

/** Pictures that are found nowhere. */
export function missingPictures({ page, compiled }: Inspected): LabProblem[] {
  const missing = compiled.links.filter(
    ({ kind, address, isUnfilled }) => kind === "picture" && !isUnfilled && page.pictures[address] === null,
  );
  return missing.map(({ address, line }) => ({
    severity: "warning",
    rule: "missing-picture",
    file: page.file,
    line,
    message: `The picture ${addressInWords(address)} was found neither beside the page, nor in images/ of the lab, nor in images/ of the repository; the page shows its name instead`,
    fix: "Add the picture in one of these places, or remove it from the page",
  }));
}

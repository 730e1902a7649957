import { compileLabPage } from "../../common/render-page.js";
import { sampleVariables } from "../../common/variables.js";
import { loadLab } from "../load-lab.js";
import { writeFiles } from "../write-files-for-tests.js";

/** A lab in that folder with the page of AsciiDoc, and what its learner and its author see of it. */
export async function readPageOfAsciidoc(folder: string, page: string, files: Record<string, string> = {}) {
  await writeFiles(folder, {
    "workshop.yaml": "title: Lab\nvariables: {fruit: apple & pear}\nbudget: small\nlayout: split/2\n",
    "pages/page.adoc": page,
    ...files,
  });
  const lab = await loadLab(folder);
  const [first] = lab.pages;
  if (!first) throw new Error("the lab has no page");
  const compiled = compileLabPage(lab, first, sampleVariables(lab));
  return {
    lab,
    title: first.title,
    html: compiled.html.replaceAll(/\n+/g, "\n"),
    actions: compiled.actions.map(({ view, line, expectation }) => ({ ...view, line, expectation })),
    problems: lab.problems.map(
      ({ line, severity, rule, message }) => `${line} ${severity} ${rule}: ${message}`,
    ),
  };
}

import type { LabPage } from "./lab.js";
import { compileLabPage } from "./render-page.js";

/** A page as a session of the lab `lab-1` has it, whose variable `odd` holds a blank and a quote; `firstLine` is that of its source in its file. */
export function compileForTests(source: string, firstLine = 1, name = "page") {
  const page: LabPage = {
    name,
    title: "Page",
    file: `pages/${name}.md`,
    source,
    firstLine,
    problems: [],
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, {
    session_name: "lab-1",
    session_namespace: "lab-1",
    odd: "a b'c",
  });
}

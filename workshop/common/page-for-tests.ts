import type { LabPage } from "./lab.js";
import { compileLabPage } from "./render-page.js";

/** A page of which nothing is known but its source, and what is given. */
export function pageForTests(source: string, known: Partial<LabPage> = {}): LabPage {
  return {
    name: "page",
    title: "Page",
    file: "pages/page.md",
    source,
    firstLine: 1,
    problems: [],
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
    ...known,
  };
}

/** A page as a session of the lab `lab-1` has it, whose variable `odd` holds blanks and a quote; `firstLine` is that of its source in its file. */
export function compileForTests(source: string, firstLine = 1, name = "page") {
  const page = pageForTests(source, { name, file: `pages/${name}.md`, firstLine });
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, {
    session_name: "lab-1",
    session_namespace: "lab-1",
    odd: "a b'c",
  });
}

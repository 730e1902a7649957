import { basename, dirname } from "node:path";
import type { Lab } from "../common/lab.js";
import { labelOf, workspacesNamedIn } from "../common/page-name.js";
import { readPage } from "./page-file.js";

/** Reads one Markdown file as a lab of one page: the title is its first heading, the workspaces are those its commands name. */
export async function loadSinglePageLab(path: string): Promise<Lab> {
  const name = labelOf(basename(path).replace(/\.md$/, ""));
  const page = await readPage(dirname(path), basename(path), name);
  return {
    name,
    title: page.title,
    description: "",
    minutes: 60,
    level: "beginner",
    needs: [],
    budget: "medium",
    layout: layoutFor(page.source),
    workspaces: workspacesNamedIn(page.source),
    variables: {},
    environment: [],
    dashboards: [],
    egress: [],
    objects: [],
    pages: [page],
    source: { form: "page", folder: dirname(path) },
    problems: [],
  };
}

/** As many terminals as the page's blocks ask for. */
function layoutFor(source: string): Lab["layout"] {
  if (/^[\s>]*[`~]{3,}\s*execute-3\b/m.test(source)) return "split/2";
  return /^[\s>]*[`~]{3,}\s*execute-2\b/m.test(source) ? "split" : "default";
}

import { basename, dirname } from "node:path";
import { MAX_PAGE_CHARACTERS } from "../common/page-size.js";
import { Fillings } from "../common/filled-text.js";
import type { Lab } from "../common/lab.js";
import { parseMarkdown } from "../common/markdown.js";
import { labelOf, workspacesNamedIn } from "../common/page-name.js";
import { readPage } from "./page-file.js";

/** Reads one file of Markdown or AsciiDoc as a lab of one page: the title is its first heading, the workspaces are those its commands name. */
export async function loadSinglePageLab(path: string): Promise<Lab> {
  const name = labelOf(basename(path).replace(/\.(?:md|adoc)$/, ""));
  const page = await readPage(dirname(path), basename(path), { name, isAlone: true });
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
    ingresses: [],
    pool: { ready: 0 },
    home: "temporary",
    objects: [],
    pages: [page],
    source: { form: "page", path, folder: dirname(path) },
    problems: [],
  };
}

/** As many terminals as the page's blocks ask for. */
function layoutFor(source: string): Lab["layout"] {
  const fences = parseMarkdown(source.slice(0, MAX_PAGE_CHARACTERS), new Fillings()).tokens;
  const words = new Set(fences.map(({ info }) => info.trim().split(/\s/, 1)[0]));
  if (words.has("execute-3")) return "split/2";
  return words.has("execute-2") ? "split" : "default";
}

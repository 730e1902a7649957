import { ALL_TERMINALS, type PageAction } from "./action.js";
import type { PageView, TerminalLayout } from "./api.js";
import { withEndings } from "./command-endings.js";
import { type CompiledPage, compilePage } from "./compile-page.js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { Lab, LabPage } from "./lab.js";
import { labelOf } from "./page-name.js";
import { terminalsOf } from "./terminals.js";
import type { Variables } from "./variables.js";

export interface RenderOptions {
  /** Address for a file of the lab, given its path as `LabPage.pictures` holds it: `images/console.png` to `api/sessions/ID/files/images/console.png`. */
  fileUrl: (path: string) => string;
  /** Address of another page of the lab; `s/SESSION/PAGE` where not given. */
  pageUrl?: (name: string) => string;
}

/** A page of the lab as a learner's browser shows it. Throws LAB_PAGE_NOT_FOUND. */
export function renderPage(
  lab: Lab,
  pageName: string,
  variables: Variables,
  options: RenderOptions,
): PageView {
  const page = findPage(lab, pageName);
  const at = lab.pages.indexOf(page);
  const compiled = compileLabPage(lab, page, variables, options);
  const previous = lab.pages[at - 1];
  const next = lab.pages[at + 1];
  return {
    name: page.name,
    title: page.title,
    html: compiled.html,
    actions: compiled.actions.map((action) => action.view),
    problems: compiled.problems.map(({ line, message, fix }) => ({ line, message: `${message}. ${fix}.` })),
    ...(previous ? { previous: { name: previous.name, title: previous.title } } : {}),
    ...(next ? { next: { name: next.name, title: next.title } } : {}),
  };
}

/** The page with everything the server knows about its actions; those for all terminals act on the ones the lab shows. */
export function compileLabPage(
  lab: Pick<Lab, "layout" | "pages">,
  page: LabPage,
  variables: Variables,
  options: RenderOptions,
): CompiledPage {
  const session = variables["session_name"] ?? "";
  const compiled = compilePage(page, variables, {
    picture: (src) => {
      const path = page.pictures[src];
      return typeof path === "string" ? options.fileUrl(path) : undefined;
    },
    page: (href) => pageAddress(lab, href, options.pageUrl ?? ((name) => `s/${session}/${name}`)),
  });
  const actions = compiled.actions.map((action) => withinLayout(action, lab.layout));
  return { ...compiled, actions: withEndings(actions) };
}

/** `02-next.md#part` as the address of that page. */
function pageAddress(
  lab: Pick<Lab, "pages">,
  href: string,
  url: (name: string) => string,
): string | undefined {
  const [path = "", fragment] = href.split("#", 2);
  const wanted = labelOf((path.split("/").at(-1) ?? "").replace(/\.(?:md|html)$/, ""));
  const found = lab.pages.find(({ name, file }) => name === wanted || file.replace(/\.md$/, "") === path);
  if (!found) return undefined;
  return fragment === undefined ? url(found.name) : `${url(found.name)}#${fragment}`;
}

function withinLayout(action: PageAction, layout: TerminalLayout): PageAction {
  const { view } = action;
  if (view.terminals.length < ALL_TERMINALS.length) return action;
  const shown = terminalsOf(layout);
  return { ...action, view: { ...view, terminals: shown.length > 0 ? shown : ["1"] } };
}

/** Throws LAB_PAGE_NOT_FOUND. */
export function findPage(lab: Lab, name: string): LabPage {
  const page = lab.pages.find((candidate) => candidate.name === name);
  if (page) return page;
  const names = lab.pages.map((candidate) => candidate.name).join(", ");
  throw new WorkshopError(
    WORKSHOP_ERRORS.labPageNotFound,
    `The lab ${lab.name} has no page "${name}"; its pages are ${names}`,
  );
}

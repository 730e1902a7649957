import type { PageView } from "./api.js";
import { type CompiledPage, compilePage } from "./compile-page.js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { Lab, LabPage } from "./lab.js";
import type { Variables } from "./variables.js";

export interface RenderOptions {
  /** Address for a file of the lab, given its path as `LabPage.pictures` holds it: `images/console.png` to `api/sessions/ID/files/images/console.png`. */
  fileUrl: (path: string) => string;
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
  const compiled = compileLabPage(page, variables, options);
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

/** The page with everything the server knows about its actions. */
export function compileLabPage(page: LabPage, variables: Variables, options: RenderOptions): CompiledPage {
  return compilePage(page, variables, (src) => {
    const path = page.pictures[src];
    return typeof path === "string" ? options.fileUrl(path) : undefined;
  });
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

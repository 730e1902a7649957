import type { PageAction } from "./action.js";
import type { TerminalLayout } from "./api.js";
import type { HintText, PageView } from "./page-view.js";
import { withEndings } from "./command-endings.js";
import { type CompiledPage, compilePage } from "./compile-page.js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { Highlight } from "./highlight/highlight-code.js";
import { type IngressAddress, type LabIngress, ingressAt } from "./ingress.js";
import type { Lab, LabPage } from "./lab.js";
import { linkAddress, linkedPage } from "./page-address.js";
import { slidesPlace, slidesUrl } from "./slides.js";
import { ALL_TERMINALS, terminalsOf } from "./terminals.js";
import type { Variables } from "./variables.js";

export type { CompiledPage } from "./compile-page.js";

/** What a page is compiled with: its lab, as far as it matters. Plain data. */
export type PageSurroundings = Pick<Lab, "layout" | "ingresses" | "slides"> & {
  pages: readonly Pick<LabPage, "name" | "file">[];
};

/**
 * The page with everything the server knows about its actions, addresses as the session's browser needs them; actions for all
 * terminals act on the ones the lab shows. Code is in one colour without `highlight`. Never throws for what an author wrote.
 */
export function compileLabPage(
  lab: PageSurroundings,
  page: LabPage,
  variables: Variables,
  highlight?: Highlight,
): CompiledPage {
  const session = variables["session_name"] ?? "";
  const application = (href: string) => applicationUrl(href, lab.ingresses, variables);
  const placeIn = (address: string) =>
    lab.slides === undefined ? undefined : slidesPlace(address, variables);
  const addresses = {
    picture: (src: string) => {
      const path = Object.hasOwn(page.pictures, src) ? page.pictures[src] : undefined;
      if (typeof path !== "string") return undefined;
      return { src: fileUrl(session, path), ...page.pictureSizes?.[src] };
    },
    page: (href: string) => {
      const found = linkedPage(lab, page, href);
      return found && linkAddress(href, `s/${session}/${found.name}`);
    },
    application,
    slides: (href: string) => {
      const place = placeIn(href);
      return place === undefined ? undefined : `${slidesUrl(session, FILE_KEY)}${place}`;
    },
  };
  const compiled = compilePage(page, variables, addresses, highlight);
  const actions = compiled.actions
    .map((action) => withinLayout(action, lab.layout))
    .map((action) => withApplication(action, ingressAt(action.view.url ?? "", lab.ingresses, variables)))
    .map((action) => withUrl(action, application(action.view.url ?? "")))
    .map((action) => withSlides(action, placeIn(action.view.url ?? "")));
  return { ...compiled, actions: withEndings(actions) };
}

/** Stands for what a session's key is put in place of; no page can write it. */
const FILE_KEY = "\uE00D";

/** A compiled page as a learner's browser shows it, with the key by which it may load the lab's files. */
export function pageView(
  lab: Lab,
  page: LabPage,
  { compiled, fileKey, playsImages }: { compiled: CompiledPage; fileKey: string; playsImages: boolean },
): PageView {
  const played = (playsImages && page.played) || {};
  const at = lab.pages.indexOf(page);
  const previous = lab.pages[at - 1];
  const next = lab.pages[at + 1];
  return {
    name: page.name,
    title: page.title,
    html: withFileKey(compiled.html, fileKey),
    actions: compiled.actions.map(({ view }) => {
      const images = played[view.step];
      const due = page.checks.standIns.filter(({ before }) => before === view.number);
      if (images === undefined && due.length === 0) return view;
      const doneFor = due.map(({ title }) => title);
      return { ...view, ...(images && { played: images }), ...(due.length > 0 && { doneFor }) };
    }),
    ...(compiled.hints.length > 0 && {
      hints: compiled.hints.map(({ html: _html, line: _line, ...hint }) => hint),
    }),
    problems: [...page.problems, ...compiled.problems].map(({ line, message, fix }) => ({
      line,
      message: `${message}. ${fix}.`,
    })),
    ...(previous ? { previous: { name: previous.name, title: previous.title } } : {}),
    ...(next ? { next: { name: next.name, title: next.title } } : {}),
  };
}

/** The hint of that place among those of the step, from 0; `undefined` where the step has none there. */
export function hintText(
  { hints }: Pick<CompiledPage, "hints">,
  at: { step: string; hint: number; fileKey: string },
): HintText | undefined {
  const found = hints.filter(({ step }) => step === at.step)[at.hint];
  return found && { html: withFileKey(found.html, at.fileKey) };
}

function withFileKey(html: string, key: string): string {
  return html.replaceAll(FILE_KEY, encodeURIComponent(key));
}

/** The page of that name. Throws LAB_PAGE_NOT_FOUND. */
export function findPage(lab: Lab, name: string): LabPage {
  const page = lab.pages.find((candidate) => candidate.name === name);
  if (page) return page;
  const names = lab.pages.map((candidate) => candidate.name).join(", ");
  throw new WorkshopError(
    WORKSHOP_ERRORS.labPageNotFound,
    `The lab ${lab.name} has no page "${name}"; its pages are ${names}`,
  );
}

/** Where a session's browser finds a file of the lab: `images/console.png` is `api/sessions/ID/files/images/console.png?key=KEY`. */
function fileUrl(session: string, path: string): string {
  return `api/sessions/${session}/files/${path.split("/").map(encodeURIComponent).join("/")}?key=${FILE_KEY}`;
}

/** Where a browser is let into an application: a page of Lectern that knows whose it is. */
function applicationUrl(
  address: string,
  ingresses: readonly LabIngress[],
  variables: Variables,
): string | undefined {
  const found = ingressAt(address, ingresses, variables);
  return found && `${variables["session_url"] ?? ""}/ingress/${found.name}${found.path}`;
}

function withApplication(action: PageAction, ingress: IngressAddress | undefined): PageAction {
  return ingress === undefined ? action : { ...action, view: { ...action.view, ingress } };
}

function withSlides(action: PageAction, slides: string | undefined): PageAction {
  return slides === undefined ? action : { ...action, view: { ...action.view, slides } };
}

function withUrl(action: PageAction, url: string | undefined): PageAction {
  return url === undefined ? action : { ...action, view: { ...action.view, url } };
}

function withinLayout(action: PageAction, layout: TerminalLayout): PageAction {
  const { view } = action;
  if (view.terminals.length < ALL_TERMINALS.length) return action;
  const shown = terminalsOf(layout);
  return { ...action, view: { ...view, terminals: shown.length > 0 ? shown : ["1"] } };
}

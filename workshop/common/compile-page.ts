import { parse as parseYaml } from "yaml";
import { type Fence, type PageAction, expecting, inlineCopy, problemAction, readAction } from "./action.js";
import { isActionWord, isUnsupportedAction } from "./action-forms.js";
import { parsePattern } from "./expectation.js";
import { type Fillings, escapeHtml } from "./filled-text.js";
import type { LabPage } from "./lab.js";
import { labelOf } from "./page-name.js";
import { type Token, parseMarkdown } from "./markdown.js";
import { type PageAddresses, sanitisePage } from "./sanitise.js";
import { removedHtml } from "./removed-html.js";
import { sectionProblems } from "./sections.js";
import { swallowedFences, unclosedFences } from "./swallowed-fences.js";
import { fillPlain, fillTemplate } from "./template.js";
import type { Variables } from "./variables.js";

export interface CompiledPage {
  /** Sanitised; `<div data-step="N"></div>` and `<span data-step="N"></span>` stand where actions are. */
  html: string;
  actions: PageAction[];
  problems: PageProblem[];
}

export interface PageProblem {
  severity: "error" | "warning";
  rule: string;
  /** Line of the page's file, from 1. */
  line: number;
  message: string;
  fix: string;
}

/** 1 MB: a page larger than this is a mistake, and its Markdown would hold up everyone else. */
export const MAX_PAGE_CHARACTERS = 1024 * 1024;

/** Turns a page into HTML and a list of actions, numbered from 0 in the order of the text. Never throws for what an author wrote. */
export function compilePage(page: LabPage, variables: Variables, addresses: PageAddresses): CompiledPage {
  const { text, fillings, problems } = fillTemplate(page.source.slice(0, MAX_PAGE_CHARACTERS), variables);
  const { tokens, render } = parseMarkdown(text, fillings);
  const place = {
    fillings,
    firstLine: page.firstLine,
    actions: [] as PageAction[],
    problems: [] as PageProblem[],
  };
  for (const token of tokens) replaceActions(token, place);
  nameHeadings(tokens, fillings);
  const lost: PageProblem[] = [];
  const html = placeSteps(
    sanitisePage(fillings.html(render(tokens)), {
      picture: addresses.picture,
      page: (href) => addresses.page(href) ?? lose(href, page, lost),
    }),
  );
  const actions = place.actions.map((action) => withChecks(action, page, variables));
  const inText = [
    ...problems.map((problem) => ({ severity: "error" as const, ...problem })),
    ...swallowedFences(text, tokens),
    ...unclosedFences(text, tokens),
    ...removedHtml(tokens),
  ];
  const all = [
    ...oversize(page),
    ...inText.map((problem) => ({ ...problem, line: problem.line + page.firstLine - 1 })),
    ...place.problems,
    ...lost,
    ...actions.flatMap(actionProblem),
    ...sectionProblems(actions),
  ];
  return { html, actions, problems: all.toSorted((one, other) => one.line - other.line) };
}

function lose(href: string, page: LabPage, lost: PageProblem[]): undefined {
  const before = page.source.slice(0, Math.max(0, page.source.indexOf(href)));
  const line = page.firstLine + before.split("\n").length - 1;
  const message = `The link ${href} leads to no page of the lab`;
  lost.push({
    severity: "error",
    rule: "missing-page",
    line,
    message,
    fix: "Correct it, or link to a whole address",
  });
}

interface Place {
  fillings: Fillings;
  firstLine: number;
  actions: PageAction[];
  problems: PageProblem[];
}

function nameHeadings(tokens: readonly Token[], fillings: Fillings): void {
  tokens.forEach((token, at) => {
    if (token.type !== "heading_open") return;
    const words = (tokens[at + 1]?.children ?? []).map(({ content }) => content).join("");
    token.attrSet("id", labelOf(fillings.plain(words)));
  });
}

function replaceActions(token: Token, place: Place): void {
  const line = place.firstLine + (token.map?.[0] ?? 0);
  if (token.type === "fence") replaceFence(token, line, place);
  else if (token.children) replaceCopies(token.children, line, place);
}

function replaceFence(token: Token, line: number, place: Place): void {
  const info = token.info.trim();
  const [word = ""] = info.split(/\s+/, 1);
  if (!isActionWord(word)) {
    token.info = word;
    if (/^[a-z][\w-]*:[a-z][\w-]*$/.test(word)) place.problems.push(noAction(word, line));
    return;
  }
  if (word === "section:heading") becomeHtml(token, headingHtml(token.content));
  else {
    const fence: Fence = { info, body: token.content, line, step: place.actions.length };
    const action = readAction(fence, place.fillings);
    place.actions.push(action);
    place.problems.push(...unsupported(token.content, action));
    becomeHtml(token, `${blockMark(fence.step)}\n`);
  }
}

function noAction(word: string, line: number): PageProblem {
  return {
    severity: "warning",
    rule: "action",
    line,
    message: `The word \`${word}\` looks like an action and is none, so the block is shown as code`,
    fix: "Correct the word, or name a language without a colon",
  };
}

function headingHtml(body: string): string {
  const read: unknown = parseYaml(body);
  const title = typeof read === "object" && read !== null && "title" in read ? String(read.title) : "";
  return `<h3>${escapeHtml(title)}</h3>\n`;
}

function becomeHtml(token: Token, html: string): void {
  token.type = "html_block";
  token.content = html;
}

/** The button of `{{copy}}` copies the code right before it. */
function replaceCopies(children: Token[], line: number, place: Place): void {
  children.forEach((token, at) => {
    if (token.type !== "text") return;
    const copy = place.fillings.within(token.content).find(({ filling }) => filling.kind === "copy");
    if (!copy) return;
    const code = children[at - 1];
    if (code?.type === "code_inline" && token.content.slice(0, copy.at).trim() === "") {
      const step = place.actions.length;
      place.actions.push(inlineCopy(place.fillings.plain(code.content), step, line));
      token.content = spanMark(step) + token.content.slice(copy.at + copy.length);
    } else
      place.problems.push({
        severity: "warning",
        rule: "copy",
        line,
        message: "{{copy}} does not follow inline code",
        fix: "Put it right behind the closing back-tick",
      });
  });
}

function withChecks(action: PageAction, page: LabPage, variables: Variables): PageAction {
  const expectation = page.checks.expectations[action.view.step];
  if (!expectation || action.view.kind === "problem") return action;
  try {
    const until = expectation.until.map((condition) => fillPlain(condition, variables));
    const match =
      expectation.match === undefined ? {} : { match: parsePattern(fillPlain(expectation.match, variables)) };
    return expecting(action, { ...expectation, until, ...match });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problemAction(
      { step: action.view.step, line: action.line },
      action.view.action,
      `its check cannot be read: ${why}`,
    );
  }
}

function actionProblem({ view, line }: PageAction): PageProblem[] {
  if (view.kind !== "problem") return [];
  const message = `The block \`${view.action}\` cannot be used: ${view.problem ?? ""}`;
  const fix = isUnsupportedAction(view.action)
    ? "Replace it by a command, or say in the text what to do"
    : "Correct the first line or the body of the block";
  return [{ severity: "error", rule: "action", line, message, fix }];
}

const UNSUPPORTED = /^(autostart|cascade|hidden|required):\s*true\b/gm;

function unsupported(body: string, action: PageAction): PageProblem[] {
  if (!action.view.action.includes(":")) return [];
  return [...body.matchAll(UNSUPPORTED)].map((found) => ({
    severity: "warning",
    rule: "action-option",
    line: action.line,
    message: `The option "${found[1]}" of \`${action.view.action}\` does nothing here: learners click each block themselves`,
    fix: "Remove it, or merge the commands into one block",
  }));
}

function oversize(page: LabPage): PageProblem[] {
  if (page.source.length <= MAX_PAGE_CHARACTERS) return [];
  const message = `The page has ${page.source.length} characters; only the first ${MAX_PAGE_CHARACTERS} are shown`;
  return [{ severity: "error", rule: "page-size", line: page.firstLine, message, fix: "Split the page" }];
}

/** Steps pass the sanitiser as text no author can write, so that no author's `data-step` is mistaken for ours. */
function blockMark(step: number): string {
  return `\uE002${step}\uE003`;
}

function spanMark(step: number): string {
  return `\uE002s${step}\uE003`;
}

function placeSteps(html: string): string {
  return html.replace(/\uE002(s?)(\d+)\uE003/g, (_mark, inline: string, step: string) =>
    inline ? `<span data-step="${step}"></span>` : `<div data-step="${step}"></div>`,
  );
}

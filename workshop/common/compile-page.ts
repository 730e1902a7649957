import { type PageAction, expecting, inlineCopy, problemAction, readAction } from "./action.js";
import { flowProblems, withFlow } from "./block-flow.js";
import { namesAbsentVariable } from "./absent-variables.js";
import { withSelections } from "./editor/edit-selections.js";
import { isActionWord } from "./action-forms.js";
import { parsePattern } from "./expectation.js";
import { fenceProblems, heldFence, isClosed } from "./fence-problems.js";
import { outsideComments, strayCopy, unfilled } from "./filling-problems.js";
import { type Fillings, escapeHtml } from "./filled-text.js";
import { nameHeadings } from "./headings.js";
import { withColours } from "./highlight/action-colours.js";
import type { CodePiece } from "./highlight/code-piece.js";
import type { Highlight } from "./highlight/highlight-code.js";
import { showGitHubBlocks } from "./github-blocks.js";
import type { LabPage } from "./lab.js";
import { type Token, parseMarkdown } from "./markdown.js";
import { blockMark, codeMark, hintMark, spanMark, withMarksReplaced } from "./page-marks.js";
import type { PageProblem } from "./page-problem.js";
import { MAX_PAGE_CHARACTERS, isOversize, isTooCrowded, sizeProblems } from "./page-size.js";
import { type HintSource, type PageHint, hintsIn, readHint } from "./page-hints.js";
import { type Leaf, leavesOf, partsOf } from "./page-leaves.js";
import { outputProblem } from "./expected-output.js";
import { OUTPUT_WORD } from "./output-word.js";
import { type PageLink, linkProblems, linksIn } from "./page-links.js";
import { insteadOf } from "./refused-actions.js";
import { removedHtml, showPlaceholders } from "./removed-html.js";
import { type PageAddresses, sanitisePage } from "./sanitise.js";
import { sectionProblems } from "./sections.js";
import { askedIn, isQuizWord } from "./quiz.js";
import { StepIds } from "./step-id.js";
import { type DrawnText, drawnTexts } from "./drawn-texts.js";
import { fillShortcodes } from "./fill-shortcodes.js";
import { fillPlain } from "./fill-plain.js";
import { fillTemplate } from "./template.js";
import type { LineMap } from "./template-page.js";
import { explained } from "./valueless-names.js";
import type { Variables } from "./variables.js";

export interface CompiledPage {
  /** Sanitised; `<div data-step="ID"></div>` and `<span data-step="ID"></span>` stand where actions are, `<div data-hint="0"></div>` where the first hint is. */
  html: string;
  actions: PageAction[];
  hints: PageHint[];
  problems: PageProblem[];
  /** What a link may lead to within the page. */
  anchors: string[];
  /** Where its links lead, but for whole addresses. */
  links: PageLink[];
  /** Its formulas and diagrams. */
  drawn: DrawnText[];
}

/** Turns a page into HTML and a list of actions in the order of the text. Never throws for what an author wrote. */
export function compilePage(
  page: LabPage,
  variables: Variables,
  addresses: PageAddresses,
  highlight: Highlight = () => undefined,
): CompiledPage {
  const fill = page.templates === "hugo" ? fillShortcodes : fillTemplate;
  const { text, fillings, lines, problems } = fill(page.source.slice(0, MAX_PAGE_CHARACTERS), variables);
  const valueless = page.valueless ?? {};
  fillings.explain((missing) => explained(missing, valueless));
  const parsed = parseMarkdown(text, fillings);
  const isCrowded = isTooCrowded(parsed.tokens);
  const { tokens, render } = isCrowded ? parseMarkdown("", fillings) : parsed;
  showGitHubBlocks(tokens);
  const leaves = leavesOf(tokens);
  const hints = hintsIn(leaves, fillings);
  const place = beginningOf({ page, lines, fillings, hints, highlight, addresses });
  const shown = [...leaves, ...hints.flatMap((hint) => hint.leaves)];
  showPlaceholders(shown);
  const anchors = nameHeadings(tokens, leaves, fillings);
  const links = linksIn(shown, fillings);
  const drawn = drawnTexts(shown, fillings);
  const inText = [
    ...unfilled(leaves, fillings),
    ...fenceProblems(leaves),
    ...removedHtml(shown),
    ...linkProblems(links, anchors, addresses),
  ];
  const unclosed = new Set(
    inText.flatMap(({ rule, line }) => (rule === "unclosed-fence" ? [place.lineOf(line)] : [])),
  );
  for (const leaf of leaves) replaceActions(leaf, place);
  const html = withMarksReplaced(sanitisePage(fillings.html(render(tokens)), addresses), place);
  const actions = withFlow(withSelections(place.actions)).map((action) =>
    withColours(withChecks(action, page, variables), highlight),
  );
  const size = sizeProblems(page, isCrowded);
  const all = [
    ...size,
    ...outsideComments(problems, text, leaves, lines).map((problem) => {
      const { name: _name, ...told } = explained(problem, valueless);
      return { ...told, line: lineOfFile(page, problem.line) };
    }),
    ...inText.map((problem) => ({ ...problem, line: place.lineOf(problem.line) })),
    ...place.problems,
    ...actions.flatMap(actionProblem).filter(({ line }) => !unclosed.has(line)),
    ...[sectionProblems(actions), flowProblems(place.actions)].flat(),
  ];
  return {
    html,
    actions,
    hints: place.read,
    // Of a page that was cut, all else could be of where it was cut.
    problems: isOversize(page) ? size : all.toSorted((one, other) => one.line - other.line),
    anchors: [...anchors],
    links: links.map((link) => ({ ...link, line: place.lineOf(link.line) })),
    drawn: drawn.map((one) => ({ ...one, line: place.lineOf(one.line) })),
  };
}

interface Place {
  page: string;
  fillings: Fillings;
  ids: StepIds;
  lineOf: LineMap;
  actions: PageAction[];
  /** By the fence that each of them is. */
  hints: ReadonlyMap<Token, HintSource>;
  /** Those that were come to so far. */
  read: PageHint[];
  problems: PageProblem[];
  highlight: Highlight;
  /** Code that is shown in colours. */
  code: CodePiece[][];
  addresses: PageAddresses;
}

interface Beginning extends Pick<Place, "fillings" | "highlight" | "addresses"> {
  page: LabPage;
  lines: LineMap;
  hints: readonly HintSource[];
}

function beginningOf({ page, lines, hints, ...given }: Beginning): Place {
  return {
    ...given,
    page: page.name,
    ids: new StepIds(),
    lineOf: lineInFile(page, lines),
    actions: [],
    hints: new Map(hints.map((source) => [source.fence.token, source])),
    read: [],
    problems: [],
    code: [],
  };
}

function lineInFile(page: LabPage, lines: LineMap): LineMap {
  return (line) => lineOfFile(page, lines(line));
}

/** Where a line of the page's source, from 1, stands in its file. */
function lineOfFile({ firstLine, lines }: LabPage, line: number): number {
  return lines === undefined ? firstLine + line - 1 : (lines[line - 1] ?? lines.at(-1) ?? firstLine);
}

function replaceActions(leaf: Leaf, place: Place): void {
  if (leaf.kind === "fence") replaceFence(leaf, place.lineOf(leaf.line - 1), place);
  else if (leaf.kind === "text") replaceCopies(leaf, place);
}

function replaceFence(leaf: Leaf, line: number, place: Place): void {
  const { token, container } = leaf;
  const info = token.info.trim();
  const [word = ""] = info.split(/\s/, 1);
  const hint = place.hints.get(token);
  if (hint) return becomeHtml(token, placeHint(hint, line, place));
  if (word === OUTPUT_WORD) return placeOutput(leaf, place);
  if (!isActionWord(word)) return showCode(token, word, place);
  const number = place.actions.length;
  const body = token.content;
  const written = place.fillings.written(body);
  const id = place.ids.next({ page: place.page, word, body: isQuizWord(word) ? askedIn(written) : written });
  const { action, heading, notes } = readAction({ info, body, line, id, number }, place.fillings);
  place.problems.push(...notes);
  if (heading !== undefined) return becomeHtml(token, `<h3>${escapeHtml(heading)}</h3>\n`);
  const wrong = openEnd(token);
  const usable = wrong === undefined ? action : problemAction({ id, number, line }, word, wrong);
  place.actions.push({ ...usable, ...(container !== undefined && { container }) });
  becomeHtml(token, `${blockMark(number)}\n`);
}

/** Holds the block before it to what it says, which readers see as any other code. */
function placeOutput({ token, line }: Leaf, place: Place): void {
  const owner = place.actions.at(-1);
  const text = place.fillings.plain(token.content);
  const problem = outputProblem({ token, line, text }, owner);
  if (problem) place.problems.push({ ...problem, line: place.lineOf(problem.line) });
  else if (owner?.view.kind === "execute")
    owner.output = { text, line: place.lineOf(line - 1), closing: place.lineOf(token.map?.[1] ?? line) };
  showCode(token, "", place);
}

function showCode(token: Token, word: string, { fillings, highlight, code }: Place): void {
  token.info = word;
  token.content = fillings.plain(token.content);
  const pieces = highlight(token.content, word);
  if (pieces) token.content = codeMark(code.push(pieces) - 1);
}

/** Keeps the text of the hint apart from the page, and leaves a mark where it stands. */
function placeHint(source: HintSource, line: number, place: Place): string {
  const { fillings, addresses, code, lineOf } = place;
  const { hint, problems } = readHint(source, place.actions);
  place.problems.push(...problems.map((problem) => ({ ...problem, line: lineOf(problem.line) })));
  if (!hint) return "";
  for (const { kind, token } of source.leaves)
    if (kind === "fence") showCode(token, token.info.trim().split(/\s/, 1)[0] ?? "", place);
  const html = sanitisePage(fillings.html(source.render(source.tokens)), addresses);
  const number = place.read.push({ ...hint, html: withMarksReplaced(html, { actions: [], code }), line }) - 1;
  return `${hintMark(number)}\n`;
}

/** A block that takes in what is not its own would type it into the shell. */
function openEnd(token: Token): string | undefined {
  const held = heldFence(token);
  if (held) return `it is not closed, and takes in the block \`${held.word}\` below it`;
  return isClosed(token) ? undefined : "it is not closed, and takes in what follows it";
}

function becomeHtml(token: Token, html: string): void {
  token.type = "html_block";
  token.content = html;
}

/** The button of `{{copy}}` copies the code right before it. */
function replaceCopies(leaf: Leaf, place: Place): void {
  for (const { part, line, at } of partsOf(leaf)) {
    if (part.type !== "text") continue;
    const copy = place.fillings.within(part.content).find(({ filling }) => filling.kind === "copy");
    if (!copy) continue;
    const code = leaf.token.children?.[at - 1];
    if (code?.type !== "code_inline" || part.content.slice(0, copy.at).trim() !== "") {
      place.problems.push(strayCopy(place.lineOf(line)));
      continue;
    }
    const number = place.actions.length;
    const body = place.fillings.written(code.content);
    const id = place.ids.next({ page: place.page, word: "copy", body });
    place.actions.push(
      inlineCopy(place.fillings.plain(code.content), { id, number, line: place.lineOf(line) }),
    );
    part.content = spanMark(number) + part.content.slice(copy.at + copy.length);
  }
}

function withChecks(action: PageAction, page: LabPage, variables: Variables): PageAction {
  const expectation = page.checks.expectations[action.view.number];
  if (!expectation || action.view.kind === "problem") return action;
  try {
    const until = expectation.until.map((condition) => fillPlain(condition, variables));
    const match =
      expectation.match === undefined ? {} : { match: parsePattern(fillPlain(expectation.match, variables)) };
    return expecting(action, { ...expectation, until, ...match });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problemAction(
      { id: action.view.step, number: action.view.number, line: action.line },
      action.view.action,
      `its check cannot be read: ${why}`,
    );
  }
}

function actionProblem({ view, line }: PageAction): PageProblem[] {
  if (view.kind !== "problem") return [];
  const { action } = view;
  const message = `The block \`${action}\` cannot be used: ${view.problem ?? ""}`;
  const instead = insteadOf(action);
  const fix = instead ?? "Correct the first line or the body of the block";
  const isLacking = instead !== undefined || namesAbsentVariable(view.problem ?? "");
  return [
    {
      severity: "error",
      rule: "action",
      line,
      message,
      fix,
      action,
      ...(isLacking && { fidelity: "lacking" }),
    },
  ];
}

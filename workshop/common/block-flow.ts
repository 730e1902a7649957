import type { PageAction } from "./action.js";
import type { ActionView, BlockFlow } from "./page-view.js";
import type { PageProblem } from "./page-problem.js";
import { isWork } from "./progress.js";

/** What a YAML block may say about when it runs and whether it is seen. */
export interface FlowFields {
  autostart?: boolean | undefined;
  cascade?: boolean | undefined;
  hidden?: boolean | undefined;
  required?: boolean | undefined;
  pause?: number | undefined;
  cooldown?: unknown;
  toggle?: boolean | undefined;
}

/** What a reader can follow; the end of a section waits for nothing. */
const PAUSE_MS = 750;
/** Longer than a minute, and readers would take the page for done. */
const MAX_PAUSE_MS = 60_000;

/** What nobody has to click for: a browser opens windows, copies and takes files only for a click, and people answer questions. */
const UNCLICKED: ReadonlySet<ActionView["kind"]> = new Set([
  "execute",
  "execute-all",
  "terminal-clear",
  "terminal-interrupt",
  "terminal-input",
  "terminal-select",
  "edit",
  "show-file",
  "examine",
  "open-dashboard",
  "create-dashboard",
  "reload-dashboard",
  "delete-dashboard",
  "section-begin",
  "section-end",
]);

/** What is over without anybody being told how it went: nothing can follow from it. */
const UNTOLD: ReadonlySet<ActionView["kind"]> = new Set([
  "copy",
  "copy-and-edit",
  "copy-file",
  "download-file",
  "upload-file",
  "open-url",
  "problem",
]);

/** Whether such a block can run without a click; one that asks for something waits for the answer. */
export function runsUnclicked({ kind, inputs }: Pick<ActionView, "kind" | "inputs">): boolean {
  return UNCLICKED.has(kind) && inputs === undefined;
}

/** When a block runs besides for clicks, and what follows from it; nothing for one that only clicks run. */
export function readFlow(kind: ActionView["kind"], fields: FlowFields): BlockFlow | undefined {
  const { autostart, cascade, hidden, required, cooldown, toggle } = fields;
  const flow: BlockFlow = {
    ...(autostart && { starts: true }),
    ...(cascade && { pauseMs: pauseOf(kind, fields) }),
    ...(hidden && { isHidden: true }),
    ...(required && { isRequired: true }),
    ...(typeof cooldown === "number" && (cooldown < 0 || cooldown === Infinity) && { isOnce: true }),
    ...(toggle === false && { staysOpen: true }),
  };
  return Object.keys(flow).length === 0 ? undefined : flow;
}

/** Authors write milliseconds. */
function pauseOf(kind: ActionView["kind"], { pause }: FlowFields): number {
  const wanted = pause ?? (kind === "section-end" ? 0 : PAUSE_MS);
  return wanted >= 0 ? Math.min(wanted, MAX_PAUSE_MS) : PAUSE_MS;
}

/** The blocks of a page without what cannot be: a start without a click where one is needed, a cascade from what never tells its end, and hiding what nothing would ever run. */
export function withFlow(actions: readonly PageAction[]): PageAction[] {
  const before = cascadeLeaders(actions);
  return actions.map((action) => {
    const { flow } = action.view;
    if (!flow) return action;
    const { starts, pauseMs, isHidden, ...rest } = flow;
    const isStarted = starts && runsUnclicked(action.view);
    const kept: BlockFlow = {
      ...rest,
      ...(isStarted && { starts }),
      ...(pauseMs !== undefined && leadsOn(action) && { pauseMs }),
      ...(isHidden && isReached(action, before.get(action)) && { isHidden }),
    };
    return { ...action, view: { ...action.view, flow: kept } };
  });
}

/** What a cascade comes from to each block, by the block: the one before it in the same list item, box or page; buttons within the text are none. */
export function cascadeLeaders(actions: readonly PageAction[]): Map<PageAction, PageAction> {
  const lastIn = new Map<number | undefined, PageAction>();
  const before = new Map<PageAction, PageAction>();
  for (const action of actions) {
    if (action.view.inline) continue;
    const last = lastIn.get(action.container);
    if (last) before.set(action, last);
    lastIn.set(action.container, action);
  }
  return before;
}

/** Whether something can follow from the block, as its author wants. */
function leadsOn({ view }: PageAction): boolean {
  return view.flow?.pauseMs !== undefined && !UNTOLD.has(view.kind);
}

/** Whether the block would run if it could not be seen. */
function isReached({ view }: PageAction, before: PageAction | undefined): boolean {
  if (!runsUnclicked(view)) return false;
  // What an open section holds is there to be read without its bar.
  if (view.section?.open === true || view.flow?.starts === true) return true;
  return before !== undefined && leadsOn(before);
}

/** What a page wants to happen without a click, and does not. */
export function flowProblems(actions: readonly PageAction[]): PageProblem[] {
  const before = cascadeLeaders(actions);
  const next = new Map([...before].map(([action, leader]) => [leader, action.view]));
  return actions.flatMap((action): PageProblem[] => {
    const { flow, inputs } = action.view;
    const why = inputs ? "it asks for something" : "browsers do that only for a click";
    return [
      ...(flow?.starts && !runsUnclicked(action.view)
        ? [note(action, "autostart", `does not start by itself: ${why}; learners click it`)]
        : []),
      ...(flow?.isHidden && !isReached(action, before.get(action))
        ? [note(action, "hidden", "is shown: nothing else runs it")]
        : []),
      ...(flow?.isRequired && !isWork(action.view) ? [withoutHold(action)] : []),
      ...cascadeProblems(action, next.get(action)),
    ];
  });
}

function withoutHold(action: PageAction): PageProblem {
  const what = "keeps no page locked: nothing says whether it was done";
  return { ...note(action, "required", what), fix: "Require a command, a test or a question instead" };
}

function cascadeProblems(action: PageAction, next: ActionView | undefined): PageProblem[] {
  if (action.view.flow?.pauseMs === undefined) return [];
  if (!leadsOn(action)) return [note(action, "cascade", "does not begin: nothing says when it is done")];
  if (next === undefined || next.kind === "problem" || runsUnclicked(next)) return [];
  return [note(action, "cascade", `ends before the block \`${next.action}\`, which learners click`)];
}

function note({ view, line }: PageAction, option: string, what: string): PageProblem {
  const subject = option === "cascade" ? "its cascade" : "the block";
  return {
    severity: "warning",
    rule: "action-option",
    line,
    message: `The option "${option}" of \`${view.action}\` comes to something else: ${subject} ${what}`,
    fix: `Remove ${option}, and tell learners to click`,
    action: view.action,
    fidelity: "approximated",
  };
}

import type { PageAction } from "./action.js";
import type { ActionView, BlockFlow } from "./api.js";
import type { PageProblem } from "./page-problem.js";

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

/** The blocks of a page without what cannot be: a start without a click where one is needed, and hiding what nothing would ever run. */
export function withFlow(actions: readonly PageAction[]): PageAction[] {
  return actions.map((action, at) => {
    const { flow } = action.view;
    if (!flow) return action;
    const { starts, isHidden, ...rest } = flow;
    const isStarted = starts && runsUnclicked(action.view);
    const kept: BlockFlow = {
      ...rest,
      ...(isStarted && { starts }),
      ...(isHidden && isReached(actions, at) && { isHidden }),
    };
    return { ...action, view: { ...action.view, flow: kept } };
  });
}

/** Whether the block would run if it could not be seen. */
function isReached(actions: readonly PageAction[], at: number): boolean {
  const view = actions[at]?.view;
  const before = actions[at - 1]?.view.flow;
  if (view === undefined || !runsUnclicked(view)) return false;
  // What an open section holds is there to be read without its bar.
  return view.section?.open === true || view.flow?.starts === true || before?.pauseMs !== undefined;
}

/** What a page wants to happen without a click, and does not. */
export function flowProblems(actions: readonly PageAction[]): PageProblem[] {
  return actions.flatMap((action, at): PageProblem[] => {
    const { flow, inputs } = action.view;
    const next = actions[at + 1]?.view;
    const why = inputs ? "it asks for something" : "browsers do that only for a click";
    return [
      ...(flow?.starts && !runsUnclicked(action.view)
        ? [note(action, "autostart", `does not start by itself: ${why}; learners click it`)]
        : []),
      ...(flow?.isHidden && !isReached(actions, at)
        ? [note(action, "hidden", "is shown: nothing else runs it")]
        : []),
      ...(flow?.pauseMs !== undefined && next !== undefined && next.kind !== "problem" && !runsUnclicked(next)
        ? [note(action, "cascade", `ends before the block \`${next.action}\`, which learners click`)]
        : []),
    ];
  });
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

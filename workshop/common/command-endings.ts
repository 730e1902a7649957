import type { PageAction } from "./action.js";
import type { ActionView } from "./page-view.js";
import type { Ending } from "./judge-step.js";

const ENDINGS: Partial<Record<ActionView["kind"], Ending>> = {
  "terminal-interrupt": "interrupt",
  "terminal-input": "input",
};

type TypedView = Pick<ActionView, "kind" | "terminals">;

/** The actions of a page, each command with what later steps do to it, and which. */
export function withEndings(actions: readonly PageAction[]): PageAction[] {
  const views = actions.map(({ view }) => view);
  return actions.map((action, at) => {
    const ending = endingOf(views, at);
    if (ending === undefined) return action;
    const answers = answersTo(views, at).flatMap((place) => views[place]?.number ?? []);
    return { ...action, ending, answers };
  });
}

/** What later blocks do to the command at this place, if anything: what asks and then goes on is interrupted at last. */
export function endingOf(views: readonly TypedView[], at: number): Ending | undefined {
  const endings = answersTo(views, at).map((place) => ENDINGS[views[place]?.kind ?? "problem"]);
  return endings.includes("interrupt") ? "interrupt" : endings[0];
}

/**
 * The places of the blocks that answer or end the command at this place: each is meant for what was entered last in its terminal. None where
 * one of the command's terminals has no such block, for there nothing ends it.
 */
export function answersTo(views: readonly TypedView[], at: number): number[] {
  const view = views[at];
  if (view === undefined || !isCommand(view.kind)) return [];
  const found = view.terminals.map((terminal) => answersIn(terminal, views, at + 1));
  if (found.some((places) => places.length === 0)) return [];
  return [...new Set(found.flat())].toSorted((one, other) => one - other);
}

/** From that place on, until another command is entered in the terminal. */
function answersIn(terminal: string, views: readonly TypedView[], from: number): number[] {
  const places: number[] = [];
  for (const [at, { kind, terminals }] of views.entries()) {
    if (at < from || !terminals.includes(terminal)) continue;
    if (isCommand(kind)) break;
    if (kind in ENDINGS) places.push(at);
  }
  return places;
}

function isCommand(kind: ActionView["kind"]): boolean {
  return kind === "execute" || kind === "execute-all";
}

import type { PageAction } from "../common/action.js";
import type { ValidatedStep } from "./validation-report.js";

/** What asks for a terminal of its own, as `kubectl exec -it` does, and shells and programs that read commands. */
const WAY_IN =
  /\s(?:-it|-ti|--stdin|--tty)(?:\s|$)|^(?:sudo\s+)?(?:bash|sh|zsh|dash|ash|fish)(?:\s+-\S+)*$|^(?:ssh|su|psql|mysql|sqlite3|redis-cli)(?:\s|$)/;
/** What leaves a nested shell. */
const WAY_OUT = /^\s*(?:exit|logout|quit|\\q)(?:\s+\d+)?\s*$/;

/** The terminal's words where what was entered reached a program that tells of no command's end. */
const UNREPORTED = /does not report how a command ended$/;

/** Which steps of a page belong inside a nested shell, and whether the way into it was found. */
export class NestedShells {
  readonly #actions: readonly PageAction[];
  /** By terminal, the way in that failed. */
  readonly #closed = new Map<string, string>();
  /** By terminal, the way in that is open. */
  readonly #open = new Map<string, string>();

  constructor(actions: readonly PageAction[]) {
    this.#actions = actions;
  }

  /** Remembers a step that should have led into a shell and ended instead. */
  note(action: PageAction, { state, result }: ValidatedStep): void {
    const { kind, text = "", terminals, number } = action.view;
    const [terminal] = terminals;
    if (kind !== "execute" || terminal === undefined || state === "skipped" || result?.state === "typed")
      return;
    const hasEnded = typeof result?.exitStatus === "number";
    if (hasEnded && result.exitStatus !== 0 && leadsInside(text) && this.#hasWayOut(terminal, number))
      this.#closed.set(terminal, text.trim());
  }

  /**
   * What is told of a step of which nothing is asked but that its command ends well, and whose command did not report how it ended: where it
   * opened a nested shell that a later step leaves, or was typed into one, that is no failure, and nobody has judged it. A command that ran
   * out of time, a shell that was lost, and whatever an author has asked for are as they are.
   */
  judged(action: PageAction, step: ValidatedStep): ValidatedStep {
    const { text = "", terminals, number } = action.view;
    const [terminal] = terminals;
    if (terminal === undefined) return step;
    const isUnreported = step.state === "failed" && UNREPORTED.test(step.result?.message ?? "");
    const opens =
      isUnreported && !this.#open.has(terminal) && leadsInside(text) && this.#hasWayOut(terminal, number);
    if (opens) this.#open.set(terminal, text.trim());
    const wayIn = this.#open.get(terminal);
    if (isWayOut(text)) this.#open.delete(terminal);
    if (wayIn === undefined || !isUnreported || isAsked(action)) return step;
    const what = opens ? "it opens a shell" : `it was typed into \`${wayIn}\``;
    const message = `not judged: ${what}, which does not report how commands end; see that it works, or say exit=any`;
    return { ...step, state: "skipped", message };
  }

  /** Why the step is left out; `undefined` where it is not. */
  reasonToSkip({ view }: PageAction): string | undefined {
    const [terminal] = view.terminals;
    const wayIn = terminal === undefined ? undefined : this.#closed.get(terminal);
    if (terminal === undefined || wayIn === undefined) return undefined;
    if (isWayOut(view.text ?? "")) this.#closed.delete(terminal);
    return `left out: it belongs inside \`${wayIn}\`, which did not lead there`;
  }

  #hasWayOut(terminal: string, after: number): boolean {
    return this.#actions.some(
      ({ view }) => view.number > after && view.terminals.includes(terminal) && isWayOut(view.text ?? ""),
    );
  }
}

/** Whether the author wants more of it than to end well, which nobody has seen then. */
function isAsked({ expectation: { exit, match, until, script } }: PageAction): boolean {
  return exit !== 0 || match !== undefined || until.length > 0 || script !== undefined;
}

/** Whether a command's last line opens a shell or a program that reads commands. */
export function leadsInside(text: string): boolean {
  return WAY_IN.test(text.trim().split("\n").at(-1)?.trim() ?? "");
}

/** Whether a command leaves a shell that another one opened. */
export function isWayOut(text: string): boolean {
  return WAY_OUT.test(text);
}

import type { SessionHost } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import { goesOn } from "./overdue-command.js";
import type { UnansweredSteps } from "./unanswered-steps.js";

/** Nobody's page keeps a command up for longer without saying so. */
const MOST_MS = 10 * 60_000;

/**
 * Commands of a page that go on while blocks of other terminals need them, as `kubectl proxy` does, and that no block ends: they are ended
 * before the next block of their own terminal, or with the page, as a person would end them.
 */
export class GoingOn {
  readonly actions: PageAction[];
  readonly #kept: ReadonlySet<number>;
  /** By terminal, what runs there. */
  readonly #up = new Set<string>();

  constructor(actions: readonly PageAction[]) {
    const kept = actions.filter((action, at) => goesOn(action) && isNeeded(action, actions.slice(at + 1)));
    this.#kept = new Set(kept.map(({ view }) => view.number));
    this.actions = actions.map((action) =>
      kept.includes(action)
        ? {
            ...action,
            ending: "interrupt",
            expectation: { ...action.expectation, timeoutMs: MOST_MS },
          }
        : action,
    );
  }

  /** Remembers that the command of the action runs. */
  note({ view }: PageAction): void {
    const [terminal] = view.terminals;
    if (terminal !== undefined && this.#kept.has(view.number)) this.#up.add(terminal);
  }

  /** Ends what runs in the terminals, and waits until it has. */
  async end(
    terminals: Iterable<string>,
    {
      host,
      session,
      running,
    }: { host: Pick<SessionHost, "interrupt">; session: string; running: UnansweredSteps },
  ): Promise<void> {
    for (const terminal of terminals) {
      if (!this.#up.delete(terminal)) continue;
      await host.interrupt({ session, terminal });
      await running.ended(terminal);
    }
  }

  /** The terminals in which something runs. */
  get terminals(): string[] {
    return [...this.#up];
  }
}

/** Whether a block of another terminal comes before the next of its own. */
function isNeeded({ view }: PageAction, later: readonly PageAction[]): boolean {
  const next = later.find((action) => action.view.terminals.length > 0);
  return (
    next !== undefined &&
    view.terminals.length === 1 &&
    !next.view.terminals.some((one) => view.terminals.includes(one))
  );
}

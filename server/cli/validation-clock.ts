import type { ValidationActivity } from "../../workshop/node/replay-pages.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** Characters of a command that are enough to know it by. */
const COMMAND_CHARACTERS = 80;

/** What a validation is doing, and the time it has left for it. */
export class ValidationClock {
  readonly #abort = new AbortController();
  readonly #place: (file: string) => string;
  #activity: ValidationActivity | "starting cluster and terminals" = "starting cluster and terminals";
  #timer: NodeJS.Timeout | undefined;

  /** Files of a step are told as `place` gives them. */
  constructor(place: (file: string) => string) {
    this.#place = place;
  }

  /** Runs the work until it is done, the time is over (SERVER_TIMED_OUT) or the signal fires, which tells it to end at once. */
  async run<Result>(
    timeoutMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const stop = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    this.#timer = setTimeout(() => this.#abort.abort(this.#timedOut(timeoutMs)), timeoutMs);
    try {
      return await work(this.#abort.signal);
    } finally {
      clearTimeout(this.#timer);
      signal.removeEventListener("abort", stop);
    }
  }

  begin(activity: ValidationActivity): void {
    this.#activity = activity;
  }

  /** Where it stands, as a sentence. */
  whereabouts(): string {
    if (typeof this.#activity === "string") return `It was ${this.#activity}.`;
    const { pageTitle, file, line, step, state, text } = this.#activity;
    const what = state === "stand-in" ? "the stand-in before block" : "block";
    return `It was at ${what} ${String(step)} of "${pageTitle}" (${this.#place(file)}:${String(line)}): ${inOneLine(text)}`;
  }

  #timedOut(timeoutMs: number): ServerError {
    const seconds = timeoutMs / 1000;
    const given = seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
    return new ServerError(
      serverErrorCodes.timedOut,
      `The validation did not come to its end within ${given}. ${this.whereabouts()}\nGive it more time with --timeout, or mend what does not end.`,
    );
  }
}

function inOneLine(command: string): string {
  const [first = "", ...more] = command.trim().split("\n");
  const isCut = more.length > 0 || first.length > COMMAND_CHARACTERS;
  return `${first.slice(0, COMMAND_CHARACTERS)}${isCut ? "…" : ""}`;
}

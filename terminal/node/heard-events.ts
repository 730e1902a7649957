import type { EventsAnswer, EventsPlace, HostEvent } from "../common/host-frames.js";
import type { TerminalEvent } from "../common/session-host.js";

/** The events of one host in their order, each once, also those that happened between two connections. */
export class HeardEvents {
  readonly #tell: (event: TerminalEvent) => void;
  #place: EventsPlace | undefined;
  /** What came on the connection before what was missed is known. */
  #early: HostEvent[] | undefined;

  constructor(tell: (event: TerminalEvent) => void) {
    this.#tell = tell;
  }

  /** Begins with a new connection; returns the place after which the host is to be asked for what was missed. */
  begin(): EventsPlace | undefined {
    this.#early = [];
    return this.#place;
  }

  take({ event, at }: HostEvent): void {
    if (this.#early !== undefined) return void this.#early.push({ event, ...(at !== undefined && { at }) });
    if (this.#place !== undefined && at !== undefined) this.#place = { ...this.#place, at };
    this.#tell(event);
  }

  /** What the host said; nothing where it is of a version that does not tell. */
  takeMissed(answer: EventsAnswer | undefined): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    if (answer === undefined) {
      for (const { event } of early) this.#tell(event);
      return;
    }
    const all = new Map([...answer.missed, ...early].map(({ event, at = 0 }) => [at, event]));
    const numbers = [...all.keys()].toSorted((one, other) => one - other);
    this.#place = { host: answer.host, at: Math.max(answer.at, numbers.at(-1) ?? 0) };
    for (const number of numbers) this.#tell(all.get(number) as TerminalEvent);
  }
}

import type {
  EventRow,
  KubernetesViewEvent,
  ObjectRow,
  ViewStanding,
} from "../../../common/kubernetes-view.js";
import { sessionApiPath } from "../../api/api-client.js";
import { type Connection, openEventStream } from "../../store/event-stream.js";

/** Objects that have gone since the last step; more are not told one by one. */
const MAX_GONE = 50;

/** What is known of the objects of a session's namespace; a new one for every change. */
export interface ObjectsState {
  rows: ReadonlyMap<string, ObjectRow>;
  events: ReadonlyMap<string, EventRow>;
  /** Objects as they were last that have gone while somebody looked, since the last step began. */
  gone: ReadonlyMap<string, ObjectRow>;
  /** Absent until the server has said something. */
  standing?: ViewStanding;
  connection: Connection;
}

/** The objects of a session's namespace as they are, for as long as `connect` lasts. */
export class LiveObjects {
  readonly #url: string;
  readonly #listeners = new Set<() => void>();
  #step: number | undefined;
  /** Of a connection before this one, until they are told of again. */
  #unconfirmed = new Set<string>();
  #state: ObjectsState = { rows: new Map(), events: new Map(), gone: new Map(), connection: "connecting" };

  constructor(session: string) {
    this.#url = `${sessionApiPath(session)}/kubernetes`;
  }

  readonly snapshot = (): ObjectsState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Begins to ask the server; what it returns ends that, and what was seen stays. */
  connect(): () => void {
    const stream = openEventStream<KubernetesViewEvent>(this.#url, {
      onEvent: (event) => this.#take(event),
      onConnection: (connection) => this.#set({ connection }),
    });
    return () => stream.close();
  }

  /** Tells when the last step began (epoch milliseconds): what has gone before it is no news any more. */
  stepBegan(at: number | undefined): void {
    const isAnother = at !== this.#step;
    this.#step = at;
    if (isAnother && this.#state.gone.size > 0) this.#set({ gone: new Map() });
  }

  #take(event: KubernetesViewEvent): void {
    if (event.type === "ping") return;
    if (event.type === "standing") {
      const { type: _type, ...standing } = event;
      this.#set({ standing });
      // All there is has been told: what was known from before and did not come again went while nobody looked.
      if (standing.isComplete && this.#unconfirmed.size > 0) {
        this.#set(afterChange(this.#state, { rows: [], events: [], gone: this.#unconfirmed }));
        this.#unconfirmed.clear();
      }
      return;
    }
    if (event.isFirst)
      this.#unconfirmed = new Set([...this.#state.rows.keys(), ...this.#state.events.keys()]);
    for (const { uid } of [...event.rows, ...event.events]) this.#unconfirmed.delete(uid);
    this.#set(afterChange(this.#state, event));
  }

  #set(change: Partial<ObjectsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

interface Change {
  rows: readonly ObjectRow[];
  events: readonly EventRow[];
  /** Uids. */
  gone: Iterable<string>;
}

/** What is known once this has come, changed or gone. */
export function afterChange(
  before: Pick<ObjectsState, "rows" | "events" | "gone">,
  change: Change,
): Pick<ObjectsState, "rows" | "events" | "gone"> {
  const [rows, events, gone] = [new Map(before.rows), new Map(before.events), new Map(before.gone)];
  for (const uid of change.gone) {
    const row = rows.get(uid);
    if (row && gone.size < MAX_GONE) gone.set(uid, row);
    rows.delete(uid);
    events.delete(uid);
  }
  for (const row of change.rows) {
    rows.set(row.uid, row);
    // What was missed for a while, as where a kind could not be read, has not gone.
    gone.delete(row.uid);
  }
  for (const event of change.events) events.set(event.uid, event);
  return { rows, events, gone };
}

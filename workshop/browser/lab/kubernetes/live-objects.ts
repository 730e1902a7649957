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
        this.#change([], [], this.#unconfirmed);
        this.#unconfirmed.clear();
      }
      return;
    }
    if (event.isFirst)
      this.#unconfirmed = new Set([...this.#state.rows.keys(), ...this.#state.events.keys()]);
    for (const { uid } of [...event.rows, ...event.events]) this.#unconfirmed.delete(uid);
    this.#change(event.rows, event.events, event.gone);
  }

  #change(changed: readonly ObjectRow[], happened: readonly EventRow[], left: Iterable<string>): void {
    const { rows: rowsBefore, events: eventsBefore, gone: goneBefore } = this.#state;
    const [rows, events, gone] = [new Map(rowsBefore), new Map(eventsBefore), new Map(goneBefore)];
    for (const uid of left) {
      const row = rows.get(uid);
      if (row && gone.size < MAX_GONE) gone.set(uid, row);
      rows.delete(uid);
      events.delete(uid);
    }
    for (const row of changed) rows.set(row.uid, row);
    for (const event of happened) events.set(event.uid, event);
    this.#set({ rows, events, gone });
  }

  #set(change: Partial<ObjectsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

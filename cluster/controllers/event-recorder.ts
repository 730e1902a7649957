import type { ApiObject } from "../api/object.js";
import type { ApiService, WriteOptions } from "../api/service.js";
import type { Clock } from "./clock.js";
import { timestampOf } from "./clock.js";
import type { ControllerLogger } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { EventCorrelator, remember } from "./event-correlator.js";
import { events } from "./resource-refs.js";

/** Events waiting to be written; more are dropped, as a real event broadcaster drops them. */
const MAX_PENDING = 1000;
const MAX_MESSAGE_CHARACTERS = 1024;

export interface EventText {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** What was being done; events that say so have the form of `events.k8s.io`, with a series instead of a count. */
  action?: string;
  /** The part of the object that it is about, such as `spec.containers{main}`. */
  fieldPath?: string;
}

interface Observed {
  name: string;
  count: number;
}

export interface EventRecorderOptions {
  api: ApiService;
  clock: Clock;
  logger: ControllerLogger;
  /** Component that appears as the source, such as `replicaset-controller`. */
  component: string;
  /** The node that saw what the event is about, where a node's component records it. */
  host?: (about: ApiObject) => string;
}

/** Writes the events of one component, in order and in the background; repetitions raise the count of one event. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator: EventCorrelator;
  readonly #observed = new Map<string, Observed>();
  readonly #writes: WriteOptions;
  #pending = 0;
  #last: Promise<void> = Promise.resolve();
  #serial = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock);
    this.#writes = writesAs(options.component, "system:masters");
  }

  record(about: ApiObject, text: EventText): void {
    if (this.#pending >= MAX_PENDING) return;
    this.#pending += 1;
    this.#last = this.#last
      .then(() => this.#write(about, text))
      .catch((error: unknown) => {
        // A namespace that is going away takes no more events; nothing depends on them.
        this.#options.logger.debug({ component: this.#options.component, err: error }, "event not recorded");
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  /** Resolves when everything recorded so far has been written. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #write(about: ApiObject, text: EventText): Promise<void> {
    const { uid = "", namespace = "", name = "" } = about.metadata;
    const identity = {
      about: `${about.kind}/${namespace}/${name}/${uid}`,
      type: text.type,
      reason: text.reason,
      part: text.fieldPath ?? "",
    };
    const { key, message, isAllowed } = this.#correlator.correlate(identity, text.message);
    if (!isAllowed) return;
    const known = this.#observed.get(key);
    if (known !== undefined && (await this.#repeat(known, about, { ...text, message }))) return;
    const event = this.#event(about, { ...text, message });
    await this.#options.api.create(events, event.metadata.namespace, event, this.#writes);
    remember(this.#observed, key, { name: event.metadata.name ?? "", count: 1 });
  }

  /** False when the event is gone meanwhile, so that a new one is due. */
  async #repeat(known: Observed, about: ApiObject, { action, message }: EventText): Promise<boolean> {
    const at = { namespace: namespaceOfEvent(about), name: known.name };
    if (this.#options.api.find(events, at) === undefined) return false;
    known.count += 1;
    const { count } = known;
    const now = this.#options.clock.now();
    const body =
      action === undefined
        ? { count, lastTimestamp: timestampOf(now), message }
        : { series: { count, lastObservedTime: microTimeOf(now) } };
    await this.#options.api.patch(events, at, { type: "merge", body }, this.#writes);
    return true;
  }

  #event(about: ApiObject, { type, reason, message, action, fieldPath }: EventText): ApiObject {
    const now = this.#options.clock.now();
    const { component } = this.#options;
    const host = this.#options.host?.(about);
    const { name = "" } = about.metadata;
    // Nanoseconds in a real cluster; the serial keeps two events of one millisecond apart.
    this.#serial = (this.#serial + 1) % 1_000_000;
    const suffix = (BigInt(now.getTime()) * 1_000_000n + BigInt(this.#serial)).toString(16);
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${suffix}`, namespace: namespaceOfEvent(about) },
      involvedObject: { ...referenceTo(about), ...(fieldPath !== undefined && { fieldPath }) },
      reason,
      message: message.slice(0, MAX_MESSAGE_CHARACTERS),
      type,
      reportingComponent: component,
      ...(action === undefined
        ? {
            source: { component, ...(host === undefined ? {} : { host }) },
            firstTimestamp: timestampOf(now),
            lastTimestamp: timestampOf(now),
            count: 1,
            eventTime: null,
            reportingInstance: host ?? "",
          }
        : {
            action,
            source: {},
            firstTimestamp: null,
            lastTimestamp: null,
            eventTime: microTimeOf(now),
            reportingInstance: `${component}-embedded`,
          }),
    };
  }
}

/** A Kubernetes MicroTime. */
function microTimeOf(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}

/** Events about cluster-scoped objects live in `default`. */
function namespaceOfEvent(about: ApiObject): string {
  return about.metadata.namespace ?? "default";
}

function referenceTo({ apiVersion, kind, metadata }: ApiObject): Record<string, string> {
  const { namespace, name = "", uid = "", resourceVersion = "" } = metadata;
  return { kind, ...(namespace === undefined ? {} : { namespace }), name, uid, apiVersion, resourceVersion };
}

/**
 * What the Kubernetes tab of a session is told of the objects in its namespace.
 *
 * | method and path | answer |
 * |---|---|
 * | GET api/sessions/ID/kubernetes | server-sent events, each a `KubernetesViewEvent` in JSON |
 * | GET api/sessions/ID/kubernetes/object?api=&plural=&namespace=&name= | `ObjectText`; with `values=shown` also the values of a Secret, for its learner only |
 * | GET api/sessions/ID/kubernetes/log?namespace=&pod=&container= | server-sent events, each a `LogEvent`; with `previous=yes` of the container before this one |
 */

/** Groups of kinds, in the order in which they are shown; the last is of objects of any kind that were there before the lab began. */
export const VIEW_SECTIONS = [
  "workloads",
  "network",
  "configuration",
  "storage",
  "access",
  "limits",
  "custom",
  "session",
] as const;
export type ViewSection = (typeof VIEW_SECTIONS)[number];

/** `ok` is as it should be, `done` has ended well, `none` has nothing to wait for. */
export type RowState = "ok" | "waiting" | "failed" | "done" | "ending" | "none";

/** One object in a line. */
export interface ObjectRow {
  uid: string;
  /** As in a manifest: `Deployment`. */
  kind: string;
  section: ViewSection;
  /** Place of its kind in the section. */
  order: number;
  /** Base of the address of its API: `/apis/apps/v1`. */
  api: string;
  plural: string;
  namespace: string;
  name: string;
  /** `uid` of the object it belongs to. */
  owner?: string;
  /** Another one for every change. */
  version: string;
  /** ISO 8601. */
  createdAt: string;
  /** Epoch milliseconds of the last change, of the cluster's clock where nobody looked. */
  changedAt: number;
  state: RowState;
  /** A few words: `2/3 ready`. */
  status: string;
  /** Why it is so, in the cluster's words. */
  detail?: string;
  /** Of a pod, in the order in which they start. */
  containers?: ContainerRow[];
}

export interface ContainerRow {
  name: string;
  /** It has been started again, so that there is a log of the one before. */
  hasPrevious?: true;
}

/** One event of the namespace. */
export interface EventRow {
  uid: string;
  isWarning: boolean;
  reason: string;
  message: string;
  count: number;
  /** Epoch milliseconds. */
  lastAt: number;
  namespace: string;
  /** What it happened to. */
  about: { uid: string; kind: string; name: string };
}

/** How far what is shown can be trusted. */
export interface ViewStanding {
  /** Everything there is has been read once. */
  isComplete: boolean;
  /** Why what is shown may be old, in sentences. */
  problem?: string;
  /** Kinds that the session's account may not list, by their plural. */
  unread: string[];
  /** Objects beyond the most that are shown. */
  leftOut: number;
}

export type KubernetesViewEvent =
  | {
      type: "objects";
      /** Everything is told from here on, until the standing is complete; what was known before and is not told again is gone. */
      isFirst?: true;
      rows: ObjectRow[];
      events: EventRow[];
      /** `uid` of objects and events that are gone. */
      gone: string[];
    }
  | ({ type: "standing" } & ViewStanding)
  | { type: "ping" };

export interface ObjectText {
  yaml: string;
}

export type LogEvent =
  | { type: "text"; text: string }
  /** Nothing more comes; `problem` says why where the container did not end by itself. */
  | { type: "end"; problem?: string }
  | { type: "ping" };

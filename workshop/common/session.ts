import type { Announcement } from "./announcement.js";
import type { ProvisioningStep, SessionPhase } from "./api.js";
import type { GuestSpec, HelpRequest } from "./help.js";
import type { Restoration } from "./restoration.js";

export const SESSION_GROUP = "lectern.dev";
export const SESSION_VERSION = "v1alpha1";
export const SESSION_PLURAL = "sessions";
export const SESSION_API_VERSION = `${SESSION_GROUP}/${SESSION_VERSION}`;

/** Label on everything a session owns; the value is the session's name. */
export const SESSION_LABEL = "lectern.dev/session";
/** Label on a session; the value tells the server that made it, has its homes and runs its shells. */
export const SERVER_LABEL = "lectern.dev/server";
/** Label on a session of a rehearsal; the value tells the server process that it ends with. */
export const REHEARSAL_LABEL = "lectern.dev/rehearsal";
/** Finalizer on a session; taken off by its server once nothing of the session is left on that server's machine. */
export const SESSION_FINALIZER = "lectern.dev/session-host";
/** Annotation on a session; the address of the cluster that its learner's kubeconfig names. */
export const API_SERVER_ANNOTATION = "lectern.dev/api-server";
/** Annotation on a session that was made ready before anybody asked for it; tells what it was made of, so that an older one is not handed out. */
export const MADE_OF_ANNOTATION = "lectern.dev/made-of";
/** Label that puts a namespace into an organization of the policy hierarchy. */
export const ORGANIZATION_LABEL = "policy.lectern.dev/organization";
/** Label on a namespace that says which workspace it is attached to. */
export const WORKSPACE_LABEL = "tmc.cloud.vmware.com/workspace";
/** Where the API serves the kinds of the policy hierarchy. */
export const POLICY_API_PATH = "/apis/policy.lectern.dev/v1alpha1";

/** Name of the service account, of its secret and of every object that exists once per session. */
export const LEARNER = "learner";

/** Where a learner begins in a cluster of the session's own: what other platforms' labs expect. */
export const OWN_CLUSTER_NAMESPACE = "default";

/** The cluster role that says what a learner may do in the own namespace. */
export const LEARNER_ROLE = "admin";

/** The custom resource behind one learner's session; cluster-scoped, and the owner of everything else. */
export interface SessionResource {
  apiVersion: string;
  kind: "Session";
  metadata: {
    name: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string | Date;
    deletionTimestamp?: string | Date;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: OwnerReference[];
  };
  spec: SessionSpec;
  status?: SessionStatus;
}

/** What takes the object with it when it goes. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export interface SessionSpec {
  lab: string;
  /** Which revision of the lab it has from its start to its end; absent where the lab has none. */
  labRevision?: string;
  minutes: number;
  /** ISO 8601. */
  expiresAt: string;
  /** Namespace of the learner: the session's name, or `default` in a cluster of its own. */
  namespace: string;
  /** Whether the session has a cluster of its own; its work is done in the platform's where absent. */
  cluster?: "own";
  organization: string;
  /** Who started it: `learner`, `instructor` or `validate`; `pool` while it waits, ready, for one of the first two. */
  startedBy?: string;
  /** Counts the links there have been; absent while the first one is good. */
  linkRevision?: number;
  /** ISO 8601; its time stands still until then, which `expiresAt` takes in already. */
  pausedUntil?: string;
  /** Milliseconds that pauses have put its end off; they are none of its learner's extensions. */
  pausedMs?: number;
  /** An instructor has said when it ends, which its learner cannot put off. */
  isEndSet?: boolean;
  /** Ids of the last orders by which it was given more time, so that one that is given again gives it once. */
  extendedBy?: string[];
  /** What its learner was told last. */
  announcement?: Announcement;
  /** What its learner has asked for and not got yet. */
  help?: HelpRequest;
  /** Who types in its terminals besides its learner, or has asked to. */
  guest?: GuestSpec;
  /** How far it is brought to the start of a page, since its learner wanted that last. */
  restoration?: Restoration;
}

/** What a change writes over a part of what there is; `null` takes away. */
export type Patch<T> = { [K in keyof T]?: (T[K] extends object | undefined ? Patch<T[K]> : T[K]) | null };

/** What becomes of a session's spec, by what it is; nothing where it may stay as it is. */
export type SpecChange = (spec: SessionSpec) => Patch<SessionSpec> | undefined;

/** Whether the session's work is done in a cluster of its own. */
export function hasOwnCluster({ spec }: Pick<SessionResource, "spec">): boolean {
  return spec.cluster === "own";
}

/** What a server finds the session's lab by. */
export function labKeyOf({ lab, labRevision }: Pick<SessionSpec, "lab" | "labRevision">): string {
  return labRevision === undefined ? lab : `${lab}@${labRevision}`;
}

/** Which of its links a session is opened by, counted from 1. */
export function linkRevisionOf(spec: SessionSpec): number {
  return spec.linkRevision ?? 1;
}

export interface SessionStatus {
  phase: SessionPhase;
  reason?: string;
  /** ISO 8601; when it was begun to make it, which may be long after it was asked for. */
  startedAt?: string;
  provisioning: ProvisioningStep[];
  /** ISO 8601; when the link of a session made in advance was first opened, or a learner was given one that was ready. */
  openedAt?: string;
}

/** How long a link nobody has opened stays good: a class may be made ready days before. */
export const UNOPENED_KEPT_MS = 3 * 24 * 3600 * 1000;

/** When the session's time began (ISO 8601): a learner's own at once, one made in advance when its link was opened; absent before. */
export function openedAtOf({ metadata, spec, status }: SessionResource): string | undefined {
  if (status?.openedAt !== undefined) return status.openedAt;
  if (spec.startedBy === "instructor" || spec.startedBy === "pool") return undefined;
  return new Date(metadata.creationTimestamp ?? 0).toISOString();
}

/** Whether the session is nobody's yet: made, or being made, for whoever asks next. */
export function isPooled({ spec }: Pick<SessionResource, "spec">): boolean {
  return spec.startedBy === "pool";
}

/** 25 characters: labs build names such as `busybox-SESSION` out of it, and Kubernetes adds its own suffixes within 63. */
export const MAX_SESSION_NAME = 25;

/** True for a DNS label of at most 25 characters. */
export function isSessionName(name: string): boolean {
  return name.length <= MAX_SESSION_NAME && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name);
}

/** Whether nothing can be done in a session of that phase any more. */
export function isOver(phase: SessionPhase): boolean {
  return phase === "Ending" || phase === "Ended" || phase === "Failed";
}

/** The phase to show: a deleted session is ending, one past its time has ended. */
export function phaseOf(session: SessionResource, now: number): SessionPhase {
  if (session.metadata.deletionTimestamp) return "Ending";
  const phase = session.status?.phase ?? "Pending";
  return phase === "Active" && Date.parse(session.spec.expiresAt) <= now ? "Ended" : phase;
}

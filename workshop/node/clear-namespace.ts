import { setTimeout as sleep } from "node:timers/promises";
import { DeadlineError, withDeadline } from "../../kubernetes/node/deadline.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { LEARNER, type SessionResource } from "../common/session.js";
import { type ServedKind, learnerKinds } from "./learner-kinds.js";
import { TOKEN_TYPE, countedName } from "./session-objects.js";

export interface ClearNamespaceOptions {
  signal: AbortSignal;
  /** Told how many objects are still there, after each look. */
  onLeft?: (objects: number) => void;
}

/** Containers have 30 s to end by default, one after the other where they depend on each other; what takes longer is stuck. */
const CLEARING_MS = 2 * 60_000;
/** Kinds that are listed at once, and objects that are deleted at once. */
const AT_ONCE = 8;
/** Objects of one kind that are looked at in one list; those beyond come with the next look. */
const LISTED = 500;
/** Pauses between looks grow from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 1_000;
/** Names of objects in a sentence. */
const NAMED = 3;

interface FoundObject {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  /** Of a secret. */
  type?: string;
}

/**
 * Deletes what a learner may have made in the session's namespace, and what the lab has put there, whoever owns it by now; what gives the
 * learner access and keeps the session apart stays. Resolves when it is gone. Throws SESSION_RESTORATION_FAILED with what does not go,
 * the signal's reason, and what the cluster answers.
 */
export async function clearNamespace(
  client: KubernetesClient,
  session: SessionResource,
  { signal, onLeft }: ClearNamespaceOptions,
): Promise<void> {
  let left: Found[] = [];
  try {
    await withDeadline(CLEARING_MS, signal, async (until) => {
      const kinds = await learnerKinds(client);
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
        left = await objectsOf(client, session, kinds, until);
        if (left.length === 0) return;
        onLeft?.(left.length);
        await eachAtMost(left, (found) => remove(client, found));
        await sleep(pauseMs, undefined, { signal: until });
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeadlineError) || left.length === 0) throw error;
    throw stuck(session, left);
  }
}

interface Found {
  kind: ServedKind;
  path: string;
  object: FoundObject;
}

async function objectsOf(
  client: KubernetesClient,
  { spec }: SessionResource,
  kinds: readonly ServedKind[],
  signal: AbortSignal,
): Promise<Found[]> {
  const found: Found[] = [];
  await eachAtMost(kinds, async (kind) => {
    const collection = `${kind.path}/namespaces/${spec.namespace}/${kind.resource}`;
    const list = client.get<{ items?: FoundObject[] | null }>(
      `${collection}?limit=${String(LISTED)}`,
      signal,
    );
    const { items } = await list.catch(unlessUnserved);
    for (const object of items ?? [])
      if (!isPlatforms(kind, object))
        found.push({ kind, object, path: `${collection}/${object.metadata.name}` });
  });
  return found;
}

/** What the cluster does not serve any more, it does not have either. */
function unlessUnserved(error: unknown): { items?: never[] } {
  if (error instanceof KubernetesError && (error.status === 404 || error.status === 503)) return {};
  throw error;
}

/** Names of what a session's namespace has of the platform, by kind; every namespace has the last two. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  serviceaccounts: [LEARNER, "default"],
  resourcequotas: [LEARNER, "learner-objects", "learner-system-priority"],
  limitranges: [LEARNER],
  "networkpolicies.networking.k8s.io": [LEARNER],
  "rolebindings.rbac.authorization.k8s.io": [LEARNER],
  configmaps: ["kube-root-ca.crt"],
};

function isPlatforms(kind: ServedKind, { metadata, type }: FoundObject): boolean {
  if (kind.group === "" && kind.resource === "secrets" && type === TOKEN_TYPE) return true;
  return PLATFORMS[countedName(kind)]?.includes(metadata.name) === true;
}

async function remove(client: KubernetesClient, { kind, path, object }: Found): Promise<void> {
  const { uid, deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return;
  if (kind.group !== "" || kind.resource !== "pods") return void (await client.remove(path, uid));
  // Nothing in them is wanted any more, so they need not be asked to end in peace.
  const body = { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 1, preconditions: { uid } };
  await client.call({ method: "DELETE", path, body }).catch((error: unknown) => {
    if (!(error instanceof KubernetesError) || (error.status !== 404 && error.status !== 409)) throw error;
  });
}

function stuck({ spec }: SessionResource, left: readonly Found[]): WorkshopError {
  const names = left.slice(0, NAMED).map(({ kind, object }) => `${kind.resource}/${object.metadata.name}`);
  const more = left.length > NAMED ? ` and ${String(left.length - NAMED)} more` : "";
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionRestorationFailed,
    `The namespace ${spec.namespace} was not empty after ${String(CLEARING_MS / 1000)} s: ${names.join(", ")}${more} did not go. Look at their finalizers with kubectl, and try again`,
  );
}

async function eachAtMost<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

import { DeadlineError, withDeadline } from "../../kubernetes/node/deadline.js";
import {
  ClusterUnreachable,
  type KubernetesClient,
  KubernetesError,
} from "../../kubernetes/node/kubernetes-client.js";
import { kindOf } from "../common/condition-kinds.js";
import { ORGANIZATION_LABEL, type SessionResource, hasOwnCluster } from "../common/session.js";
import { learnerKinds, servedKinds } from "./learner-kinds.js";
import { type StoredObject, objectText } from "./object-text.js";
import { type Clusters, clusterOf } from "./session-cluster.js";

/** What the namespace of a session holds, for a person who looks for a fault. */
export interface NamespaceObjects {
  /** Documents of YAML, each with its separator; empty where nothing could be read. */
  text: string;
  /** What is not in it, as sentences: why it could not be read, or that it was too much. */
  missing: string[];
  /** The first of these that is a fault, and no bound; absent where everything could be read. */
  fault?: string;
}

/** All calls together: a cluster that needs longer keeps nobody from the verdict. */
const DEADLINE_MS = 15_000;
/** Bytes of all objects: a namespace of a lab has some tens of thousands. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Objects of one kind. */
const MAX_OF_KIND = 500;

/** In the order in which they are looked at; every other kind that a learner may make comes after them. */
const FIRST = `pod deployment replicaset statefulset daemonset job cronjob replicationcontroller
   service endpointslice ingress networkpolicy persistentvolumeclaim configmap event policy secret
   horizontalpodautoscaler poddisruptionbudget resourcequota limitrange
   serviceaccount role rolebinding namespace`
  .trim()
  .split(/\s+/);
/** Events are served twice. */
const AGAIN = "/apis/events.k8s.io/";

/** Reads the objects of a session's namespace, or of all namespaces in a cluster of its own. Never throws; ends within 15 s. */
export async function namespaceObjects(
  session: SessionResource,
  clusters: Clusters,
  signal?: AbortSignal,
): Promise<NamespaceObjects> {
  const documents = new Documents();
  try {
    await withDeadline(DEADLINE_MS, signal, async (until) => {
      const reader = { session, client: await clusterOf(session, clusters), documents, signal: until };
      await readKinds(reader, FIRST.map(kindOf));
      const others = await otherKinds(reader);
      await readKinds(reader, others);
    });
  } catch (error) {
    documents.leaveOut(`What is not here could not be read: ${reasonOf(error)}`, "fault");
  }
  return documents.end();
}

interface Kind {
  path: string;
  plural: string;
}

interface Reader {
  session: SessionResource;
  client: KubernetesClient;
  documents: Documents;
  signal: AbortSignal;
}

async function otherKinds({ session, client }: Reader): Promise<Kind[]> {
  const kinds = hasOwnCluster(session) ? await servedKinds(client) : await learnerKinds(client);
  const known = new Set(FIRST.map(kindOf).map(addressOf));
  return kinds
    .map(({ path, resource }) => ({ path, plural: resource }))
    .filter((kind) => !known.has(addressOf(kind)) && !kind.path.startsWith(AGAIN));
}

function addressOf({ path, plural }: Kind): string {
  return `${path}/${plural}`;
}

/** One after the other: no more than one list is in memory. */
async function readKinds(reader: Reader, kinds: readonly Kind[]): Promise<void> {
  for (const kind of kinds) {
    reader.signal.throwIfAborted();
    try {
      await readKind(reader, kind);
    } catch (error) {
      if (isOver(error)) throw error;
      // What the cluster does not serve, it does not have either.
      if (error instanceof KubernetesError && error.status === 404) continue;
      reader.documents.leaveOut(`The ${kind.plural} could not be read: ${reasonOf(error)}`, "fault");
    }
  }
}

function isOver(error: unknown): boolean {
  return error instanceof ClusterUnreachable || error instanceof DeadlineError;
}

interface ObjectList {
  apiVersion?: string;
  kind?: string;
  metadata?: { continue?: string };
  items?: StoredObject[] | null;
}

async function readKind({ session, client, documents, signal }: Reader, kind: Kind): Promise<void> {
  const list = await client.get<ObjectList>(collectionOf(session, kind), signal);
  const { apiVersion = "", kind: listKind = "", items } = list;
  for (const item of items ?? []) {
    // Those of the cluster itself are nobody's lab.
    if (item.metadata?.namespace?.startsWith("kube-")) continue;
    // A list says once for all of its objects what they are.
    documents.add({ apiVersion, kind: listKind.replace(/List$/, ""), ...item });
  }
  if (list.metadata?.continue)
    documents.leaveOut(`There are more ${kind.plural} than the ${String(MAX_OF_KIND)} that were read`);
}

function collectionOf(session: SessionResource, kind: Kind): string {
  const { namespace, organization } = session.spec;
  const { path, plural } = kind;
  const first = `limit=${String(MAX_OF_KIND)}`;
  if (addressOf(kind) === addressOf(kindOf("policy")))
    return `${path}/${plural}?${first}&labelSelector=${encodeURIComponent(`${ORGANIZATION_LABEL}=${organization}`)}`;
  if (hasOwnCluster(session)) return `${path}/${plural}?${first}`;
  if (addressOf(kind) === addressOf(kindOf("namespace")))
    return `${path}/${plural}?fieldSelector=metadata.name%3D${namespace}`;
  return `${path}/namespaces/${namespace}/${plural}?${first}`;
}

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.replace(/\.$/, "");
}

/** Documents of YAML up to a size, and what is not among them. */
class Documents {
  readonly #texts: string[] = [];
  readonly #missing: string[] = [];
  #fault: string | undefined;
  #bytes = 0;
  #tooMany = 0;

  add(object: StoredObject): void {
    const text = `---\n${objectText(object)}`;
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > MAX_BYTES) {
      this.#tooMany += 1;
      return;
    }
    this.#bytes += bytes;
    this.#texts.push(text);
  }

  leaveOut(what: string, why?: "fault"): void {
    this.#missing.push(what);
    if (why) this.#fault ??= what;
  }

  end(): NamespaceObjects {
    const size = `${String(MAX_BYTES / 1024 / 1024)} MiB`;
    const beyond =
      this.#tooMany > 0
        ? [`${String(this.#tooMany)} objects more would have made this longer than ${size}`]
        : [];
    return {
      text: this.#texts.join(""),
      missing: [...this.#missing, ...beyond],
      ...(this.#fault !== undefined && { fault: this.#fault }),
    };
  }
}

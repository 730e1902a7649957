import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { LEARNER_ROLE } from "../common/session.js";
import { type CountedKind, countedName } from "./session-objects.js";

/** What a cluster's role allows changes only when somebody installs something. */
const KEPT_MS = 60_000;
/** The API server counts no events: they go by themselves after an hour. */
const UNCOUNTED = new Set(["events", "events.events.k8s.io"]);

/** A kind of namespaces, and where it is served. */
export interface ServedKind extends CountedKind {
  /** Base of the address of its API, such as `/apis/apps/v1`. */
  path: string;
}

const known = new WeakMap<KubernetesClient, { kinds: Promise<ServedKind[]>; until: number }>();

/**
 * Every stored kind a learner may make: what the learner's role lets create, as far as the cluster serves it in namespaces. Read from
 * the cluster, so that what a later role or an installed kind adds is counted as well; asked at most once a minute.
 */
export function learnerKinds(client: KubernetesClient): Promise<ServedKind[]> {
  const found = known.get(client);
  if (found && found.until > performance.now()) return found.kinds;
  const kinds = readKinds(client);
  known.set(client, { kinds, until: performance.now() + KEPT_MS });
  kinds.catch(() => known.delete(client));
  return kinds;
}

interface RoleRule {
  apiGroups?: string[];
  resources?: string[];
  verbs: string[];
}

async function readKinds(client: KubernetesClient): Promise<ServedKind[]> {
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${LEARNER_ROLE}`;
  const { rules } = await client.get<{ rules: RoleRule[] | null }>(path);
  const creating = (rules ?? []).filter(({ verbs }) =>
    verbs.some((verb) => verb === "create" || verb === "*"),
  );
  const served = await servedKinds(client);
  const kinds = served.filter(({ group, resource }) =>
    creating.some(
      ({ apiGroups = [], resources = [] }) => allows(apiGroups, group) && allows(resources, resource),
    ),
  );
  if (kinds.length > 0) return kinds.filter((kind) => !UNCOUNTED.has(countedName(kind)));
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionProvisioningFailed,
    `The cluster role "${LEARNER_ROLE}" lets nobody make anything; a learner could do no lab with it. See "kubectl describe clusterrole ${LEARNER_ROLE}"`,
  );
}

function allows(names: readonly string[], name: string): boolean {
  return names.includes("*") || names.includes(name);
}

interface GroupList {
  groups: { name: string; versions: { groupVersion: string }[] }[];
}

interface ResourceList {
  resources: { name: string; namespaced: boolean; verbs: string[] }[];
}

/** The kinds of namespaces that can be made and looked at again; a review answers at once and is stored nowhere. */
export async function servedKinds(client: KubernetesClient): Promise<ServedKind[]> {
  const { groups } = await client.get<GroupList>("/apis");
  const places = [
    { group: "", path: "/api/v1" },
    // Of every version: a kind may be in none but an older or a newer one than the group prefers.
    ...groups.flatMap(({ name, versions }) =>
      versions.map(({ groupVersion }) => ({ group: name, path: `/apis/${groupVersion}` })),
    ),
  ];
  const lists = await Promise.all(
    places.map(async ({ group, path }) => {
      const { resources } = await client.get<ResourceList>(path).catch(unlessDown);
      return resources
        .filter(({ name, namespaced, verbs }) => namespaced && !name.includes("/") && isStored(verbs))
        .map(({ name }) => ({ group, path, resource: name }));
    }),
  );
  return [...new Map(lists.flat().map((kind) => [countedName(kind), kind])).values()];
}

/** An aggregated API that is down must not keep sessions from being made; nothing can be stored in it either. */
function unlessDown(error: unknown): ResourceList {
  if (error instanceof KubernetesError && (error.status === 503 || error.status === 404))
    return { resources: [] };
  throw error;
}

function isStored(verbs: readonly string[]): boolean {
  return verbs.includes("create") && verbs.includes("list");
}

import type { ViewSection } from "../../common/kubernetes-view.js";
import { KUBERNETES_GROUPS } from "../../common/session-object.js";
import { type KubernetesClient, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import { countedName } from "../session-objects.js";

/** A kind of namespaces that the Kubernetes tab shows. */
export interface ViewedKind {
  kind: string;
  /** Empty for the core group. */
  group: string;
  /** Base of the address of its API. */
  api: string;
  plural: string;
  section: ViewSection;
  order: number;
}

/** The kinds that a session's account may read, and those it may not. */
export interface FoundKinds {
  kinds: ViewedKind[];
  /** Plurals. */
  unread: string[];
}

/** What labs of beginners have, by section, in the order in which they are read. */
const KNOWN: Readonly<Record<string, readonly [section: ViewSection, order: number]>> = Object.fromEntries(
  (
    [
      [
        "workloads",
        "deployments.apps statefulsets.apps daemonsets.apps cronjobs.batch jobs.batch replicasets.apps replicationcontrollers pods horizontalpodautoscalers.autoscaling poddisruptionbudgets.policy",
      ],
      ["network", "services ingresses.networking.k8s.io networkpolicies.networking.k8s.io"],
      ["configuration", "configmaps secrets"],
      ["storage", "persistentvolumeclaims"],
      ["access", "serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io"],
      ["limits", "resourcequotas limitranges"],
    ] as const
  ).flatMap(([section, kinds]) => kinds.split(" ").map((name, order) => [name, [section, order] as const])),
);
const KNOWN_GROUPS = new Set(Object.keys(KNOWN).map((name) => name.split(".").slice(1).join(".")));
/** Kinds of others: more than an operator or two bring. */
const MAX_CUSTOM = 40;
/** What Lectern itself keeps in a cluster is no learner's. */
const OWN_GROUPS = /\.lectern\.dev$/;

/** `pods`, `deployments.apps`. */
export function nameOfKind({ plural, group }: Pick<ViewedKind, "plural" | "group">): string {
  return countedName({ group, resource: plural });
}

interface GroupList {
  groups: { name: string; preferredVersion: { groupVersion: string } }[];
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

/** The kinds that the cluster serves now and the client's account may follow in the namespace. Throws KubernetesError, and the signal's reason. */
export async function viewedKinds(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<FoundKinds> {
  const [{ groups }, rules] = await Promise.all([
    client.get<GroupList>("/apis", signal),
    rulesOf(client, namespace, signal),
  ]);
  const places = [
    { group: "", api: "/api/v1" },
    ...groups
      .filter(({ name }) => KNOWN_GROUPS.has(name) || !(KUBERNETES_GROUPS.has(name) || OWN_GROUPS.test(name)))
      .map(({ name, preferredVersion }) => ({ group: name, api: `/apis/${preferredVersion.groupVersion}` })),
  ];
  const lists = await Promise.all(places.map((place) => kindsAt(client, place, signal)));
  const served = lists.flat();
  const custom = served.filter(({ section }) => section === "custom").slice(0, MAX_CUSTOM);
  const shown = [...served.filter(({ section }) => section !== "custom"), ...custom];
  return {
    kinds: shown.filter((kind) => mayFollow(rules, kind)),
    // Kinds of others are no learner's unless a role says so.
    unread: shown
      .filter((kind) => kind.section !== "custom" && !mayFollow(rules, kind))
      .map(({ plural }) => plural),
  };
}

async function kindsAt(
  client: KubernetesClient,
  { group, api }: Pick<ViewedKind, "group" | "api">,
  signal: AbortSignal,
): Promise<ViewedKind[]> {
  const { resources } = await client.get<ResourceList>(api, signal).catch((error: unknown) => {
    if (!KNOWN_GROUPS.has(group) && isDown(error)) return { resources: [] };
    throw error;
  });
  return resources.flatMap(({ name: plural, kind, namespaced, verbs }): ViewedKind[] => {
    if (!namespaced || plural.includes("/") || !verbs.includes("watch") || !verbs.includes("list")) return [];
    const known = KNOWN[nameOfKind({ plural, group })];
    const isCustom = !KNOWN_GROUPS.has(group);
    if (known === undefined && !isCustom) return [];
    const [section, order] = known ?? ["custom", 0];
    return [{ kind, group, api, plural, section, order }];
  });
}

/** An aggregated API that is down has nothing to show, and keeps nothing else from being shown. */
function isDown(error: unknown): boolean {
  return error instanceof KubernetesError && (error.status === 503 || error.status === 404);
}

interface Rules {
  resourceRules?: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[];
  /** There are authorizers that cannot say what they would allow. */
  incomplete?: boolean;
}

async function rulesOf(client: KubernetesClient, namespace: string, signal: AbortSignal): Promise<Rules> {
  const body = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    spec: { namespace },
  };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  const { status } = await client.create<{ status?: Rules }>(path, body, signal);
  return status ?? {};
}

function mayFollow({ resourceRules = [], incomplete }: Rules, { plural, group }: ViewedKind): boolean {
  const may = (verb: string) =>
    resourceRules.some(
      ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
        resourceNames.length === 0 &&
        names(verbs, verb) &&
        names(apiGroups, group) &&
        names(resources, plural),
    );
  return incomplete === true || (may("list") && may("watch"));
}

function names(all: readonly string[], one: string): boolean {
  return all.includes("*") || all.includes(one);
}

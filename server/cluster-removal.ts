import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient, KubernetesError } from "../kubernetes/node/kubernetes-client.js";
import { ENGINE_NAMESPACE } from "../policy/node/engine-namespace.js";
import {
  ENGINE_NAMES,
  GUARDED_LABEL_PREFIXES,
  MANAGED_LABEL,
  PARAMETERS_LABEL,
  POLICY_GROUP,
  POLICY_VERSION,
} from "../policy/common/engine-names.js";
import { SHELLS_NAMESPACE_LABEL } from "../pods/node/pod-settings.js";
import { POLICY_REPORTS, REPORT_NAME } from "../policy/node/audit/policy-report.js";
import { DEFINITION_LABEL } from "../policy/node/audit/report-definition.js";
import { SESSION_LABEL } from "../workshop/common/session.js";
import { removeAllSessions } from "../workshop/node/remove-sessions.js";
import type { RemovedSessions } from "../workshop/node/remove-sessions.js";
import { NAMESPACE as PLATFORM_NAMESPACE } from "./auth/signing-key.js";
import { ServerError, serverErrorCodes } from "./errors.js";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NAMESPACES = "/api/v1/namespaces";
const CLUSTERS = `/apis/${POLICY_GROUP}/${POLICY_VERSION}/managedclusters`;
const POLL_MS = 250;
/** Of what is deleted; a namespace takes some seconds, an API server that needs longer is in trouble. */
const GONE_MS = 60_000;
/** A controller of the cluster that holds something takes its finalizer away in a moment. */
const HELD_MS = 10_000;
const GUARD_MS = 15_000;

interface Found {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
  };
  spec?: { group?: string; name?: string; member?: { server?: string } };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

export interface RemovalOptions {
  /** How long the servers get to end their sessions. */
  patienceMs: number;
  /** One line for each thing that was taken away. */
  report: (line: string) => void;
}

/** Ends every session on the cluster. Throws KubernetesError. */
export async function removeSessions(
  client: KubernetesClient,
  { patienceMs, report }: RemovalOptions,
): Promise<RemovedSessions> {
  const removed = await removeAllSessions(client, { patienceMs });
  report(`${String(removed.ended)} sessions ended`);
  for (const name of removed.forced)
    report(`session ${name}: no server let go of it; homes kept by a server outside the cluster are left`);
  return removed;
}

/**
 * Takes away everything Lectern's servers made in the cluster: sessions, admission policies, kinds, keys, and the marks of attached
 * namespaces; only the policy that keeps API servers reading parameters stays. Throws KubernetesError, and SERVER_REMOVAL_INCOMPLETE for what
 * does not go in a minute, and last of all for namespaces of sessions that something holds.
 */
export async function removeFromCluster(client: KubernetesClient, options: RemovalOptions): Promise<void> {
  await removeSessions(client, options);
  for (const plural of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"])
    await removeOwn(client, `${REGISTRATION}/${plural}`, isRemovedPolicy, options);
  options.report(
    `validatingadmissionpolicies ${ENGINE_NAMES.parameterReader} stays, with its binding: it judges nothing, and without it the API server would read no parameters for a later installation until it is started again`,
  );
  await detachNamespaces(client, options);
  await removeReports(client, options);
  await forgetClusters(client, options);
  await removeOwn(client, DEFINITIONS, ({ spec }) => isOurGroup(spec?.group ?? ""), options);
  const ofShells = await list(
    client,
    `${NAMESPACES}?labelSelector=${encodeURIComponent(SHELLS_NAMESPACE_LABEL)}`,
  );
  const namespaces = [...ofShells.map(({ metadata }) => metadata.name), ENGINE_NAMESPACE, PLATFORM_NAMESPACE];
  for (const namespace of namespaces)
    await removeAndWait(client, `${NAMESPACES}/${namespace}`, options.report);
  await sessionNamespacesGone(client, options);
}

/** A learner may have put a finalizer on anything of theirs; nobody but the operator can say what it is worth. */
async function sessionNamespacesGone(client: KubernetesClient, { report }: RemovalOptions): Promise<void> {
  const left = await namespacesLeft(client);
  if (left.length === 0) return;
  for (const found of left) report(`namespace ${found.metadata.name} is still there: ${holderOf(found)}`);
  const names = left.map(({ metadata }) => metadata.name).join(", ");
  throw new ServerError(
    serverErrorCodes.removalIncomplete,
    `All else is gone, but these namespaces of ended sessions were deleted and are still there: ${names}. Each goes by itself when what holds it is taken away; see "kubectl get namespace NAME --output=yaml".`,
  );
}

/** Those of sessions that are not gone in a minute, or that the cluster has said to be held for as long as that takes to pass by itself. */
async function namespacesLeft(client: KubernetesClient): Promise<Found[]> {
  const path = `${NAMESPACES}?labelSelector=${encodeURIComponent(SESSION_LABEL)}`;
  const began = performance.now();
  let heldSince: number | undefined;
  for (;;) {
    const found = await list(client, path);
    const left = found.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const now = performance.now();
    heldSince = left.every(isHeld) ? (heldSince ?? now) : undefined;
    const isSettled = heldSince !== undefined && now - heldSince > HELD_MS;
    if (left.length === 0 || isSettled || now - began > GONE_MS) return left;
    await sleep(POLL_MS);
  }
}

function isHeld({ status }: Found): boolean {
  const conditions = status?.conditions ?? [];
  return conditions.some((found) => found.type === "NamespaceFinalizersRemaining" && found.status === "True");
}

/** What the cluster says of why a namespace does not go. */
function holderOf({ status }: Found): string {
  const said = (status?.conditions ?? []).filter((condition) => condition.status === "True");
  return said.flatMap(({ message }) => message ?? []).join("; ") || "the cluster does not say why";
}

function isRemovedPolicy({ metadata: { name } }: Found): boolean {
  return isOurName(name) && name !== ENGINE_NAMES.parameterReader;
}

/** Nothing else is called so: the session guards, and the engine with its guards. */
function isOurName(name: string): boolean {
  return name.startsWith("lectern-") || name.endsWith(".lectern.dev");
}

function isOurGroup(group: string): boolean {
  return group === "lectern.dev" || group.endsWith(".lectern.dev");
}

async function removeOwn(
  client: KubernetesClient,
  path: string,
  isOurs: (found: Found) => boolean,
  { report }: RemovalOptions,
): Promise<void> {
  for (const { metadata } of (await list(client, path)).filter(isOurs))
    await removeAndWait(client, `${path}/${metadata.name}`, report);
}

/** Our reports of what ran against the policies; and their kind, where it came with Lectern and nobody else reports by it. */
async function removeReports(client: KubernetesClient, { report }: RemovalOptions): Promise<void> {
  const { group, version, plural } = POLICY_REPORTS;
  const definition = `${DEFINITIONS}/${plural}.${group}`;
  if (!(await isThere(client, definition))) return;
  const all = await listWhereServed(client, `/apis/${group}/${version}/${plural}`);
  for (const { metadata } of all.filter(isOurReport))
    await client.remove(
      `/apis/${group}/${version}/namespaces/${metadata.namespace ?? ""}/${plural}/${metadata.name}`,
    );
  const { metadata } = await client.get<Found>(definition);
  if (metadata.labels?.[DEFINITION_LABEL] !== undefined && all.every(isOurReport))
    await removeAndWait(client, definition, report);
}

function isOurReport({ metadata }: Found): boolean {
  return metadata.name === REPORT_NAME;
}

/** Servers that run take the engine out of clusters whose organizations have ended; what they do not is the operator's, told by name. */
async function forgetClusters(
  client: KubernetesClient,
  { patienceMs, report }: RemovalOptions,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let found = await attachedClusters(client);
  while (found.some(isLeaving) && performance.now() < deadline) {
    await sleep(POLL_MS);
    found = await attachedClusters(client);
  }
  for (const { metadata, spec } of found) {
    await client.merge(`${CLUSTERS}/${metadata.name}`, { metadata: { finalizers: null } });
    report(
      `cluster ${spec?.name ?? metadata.name} (${spec?.member?.server ?? ""}) is forgotten: what is in force there stays so until "lectern uninstall --kubeconfig FILE" takes it away there`,
    );
  }
}

async function attachedClusters(client: KubernetesClient): Promise<Found[]> {
  return (await listWhereServed(client, CLUSTERS)).filter(({ spec }) => spec?.member !== undefined);
}

function isLeaving({ metadata }: Found): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Namespaces that were attached to an organization lose its marks and its policies, and nothing else. */
async function detachNamespaces(client: KubernetesClient, { report }: RemovalOptions): Promise<void> {
  for (const { metadata } of await list(
    client,
    `/api/v1/configmaps?labelSelector=${encodeURIComponent(PARAMETERS_LABEL)}`,
  ))
    await afterGuards(() =>
      client.remove(`/api/v1/namespaces/${metadata.namespace ?? ""}/configmaps/${metadata.name}`),
    );
  const attached = await list(
    client,
    `/api/v1/namespaces?labelSelector=${encodeURIComponent(MANAGED_LABEL)}`,
  );
  for (const { metadata } of attached.filter((found) => found.metadata.name !== ENGINE_NAMESPACE)) {
    const ours = Object.keys(metadata.labels ?? {}).filter((label) =>
      GUARDED_LABEL_PREFIXES.some((prefix) => label.startsWith(prefix)),
    );
    const labels = Object.fromEntries(ours.map((label) => [label, null]));
    await afterGuards(() => client.merge(`/api/v1/namespaces/${metadata.name}`, { metadata: { labels } }));
    report(`namespace ${metadata.name} is no longer managed`);
  }
}

/** API servers go on judging by a policy for a moment after it is gone; ours guarded these marks. */
async function afterGuards(work: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + GUARD_MS;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const isRefused = error instanceof KubernetesError && [403, 422].includes(error.status);
      if (!isRefused || performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

async function removeAndWait(
  client: KubernetesClient,
  path: string,
  report: (line: string) => void,
): Promise<void> {
  if (!(await client.remove(path))) return;
  const deadline = performance.now() + GONE_MS;
  while (await isThere(client, path)) {
    if (performance.now() > deadline)
      throw new ServerError(
        serverErrorCodes.removalIncomplete,
        `${path} was deleted and is still there after ${String(GONE_MS / 1000)} s. See what holds it ("kubectl get --raw ${path}"), and run this again: what is gone already does not matter.`,
      );
    await sleep(POLL_MS);
  }
  report(`${path.split("/").slice(-2).join(" ")} removed`);
}

async function isThere(client: KubernetesClient, path: string): Promise<boolean> {
  try {
    await client.get(path);
    return true;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return false;
    throw error;
  }
}

/** An API server serves a kind a moment after its definition is there; before that there is nothing of it. */
async function listWhereServed(client: KubernetesClient, path: string): Promise<Found[]> {
  try {
    return await list(client, path);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return [];
    throw error;
  }
}

async function list(client: KubernetesClient, path: string): Promise<Found[]> {
  return (await client.get<{ items: Found[] }>(path)).items;
}

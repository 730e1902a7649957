import type { KubeConfig } from "@kubernetes/client-node";

import type { Manifest } from "../common/admission-objects.js";
import { engineManifests } from "../common/engine-manifests.js";
import { ENFORCED_CONFIG_MAP, MANAGED_LABEL } from "../common/engine-names.js";
import { POLICY_REPORTS } from "./audit/policy-report.js";
import { DEFINITION_LABEL, reportDefinition } from "./audit/report-definition.js";
import {
  type ClusterClient,
  createClusterClient,
  isConflict,
  isNotFound,
  orUndefined,
  toPolicyError,
} from "./cluster-client.js";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import { isOfNewer, writtenBy } from "../../kubernetes/node/installed-version.js";
import { customResourceDefinitions, RESOURCES, type ResourcePlural } from "./custom-resource-definitions.js";
import { pollUntil } from "./deadline.js";
import { ENGINE_NAMESPACE } from "./engine-namespace.js";
import { PolicyError, isNotInForce } from "./errors.js";
import { createHierarchyStore } from "./hierarchy-store.js";
import { waitUntilInForce } from "./probe.js";

/** A fresh cluster serves new kinds within a second or two; a busy machine takes longer. A server that is started has 30 s to answer or to say why not. */
const INSTALL_DEADLINE_MS = 20_000;

/** Several servers that start at once write the same; with the pauses between, they have a second and a half for it. */
const MAX_APPLY_ATTEMPTS = 8;

export interface InstallOptions {
  kubeConfig: KubeConfig;
  /** Of the Lectern that does it: what a newer one wrote stays as it is. Absent, all is written. */
  version?: string;
  signal?: AbortSignal;
}

/**
 * Puts our kinds and the engine into the cluster, or brings them up to date; running it again changes nothing. Resolves when the API server judges by
 * the engine. Throws POLICY_NOT_IN_FORCE, POLICY_CLUSTER_REFUSED and POLICY_CLUSTER_UNREACHABLE.
 */
export async function installPolicyEngine(options: InstallOptions): Promise<void> {
  const client = await createClusterClient(options.kubeConfig);
  try {
    for (const definition of customResourceDefinitions()) await apply(client, definition, options);
    const isReportOurs = await createReportDefinition(client);
    const listHierarchy = async () => {
      const store = createHierarchyStore(client);
      for (const plural of Object.keys(RESOURCES) as ResourcePlural[]) await store.list(plural);
    };
    await waitUntilServed(client, { isReportOurs, list: listHierarchy, signal: options.signal });
    await installEngine(client, options);
  } catch (error) {
    throw toPolicyError(error);
  }
}

/**
 * The same for a member cluster, where the hierarchy is not: the engine and the kind of reports. Throws what `installPolicyEngine` throws.
 */
export async function installMemberEngine(
  client: ClusterClient,
  options: Omit<InstallOptions, "kubeConfig">,
): Promise<void> {
  try {
    const isReportOurs = await createReportDefinition(client);
    await waitUntilServed(client, { isReportOurs, signal: options.signal });
    await installEngine(client, options);
  } catch (error) {
    throw toPolicyError(error);
  }
}

async function installEngine(
  client: ClusterClient,
  options: Omit<InstallOptions, "kubeConfig">,
): Promise<void> {
  for (const manifest of engineManifests()) {
    options.signal?.throwIfAborted();
    await apply(client, manifest, options);
  }
  await waitUntilBiting(client, options.signal);
}

/** Where another tool brought the kind, its definition stays as it is. Resolves to whether it is ours. */
async function createReportDefinition({ objects }: ClusterClient): Promise<boolean> {
  const definition = reportDefinition();
  const found = await orUndefined(objects.read(definition));
  if (found) return found.metadata?.labels?.[DEFINITION_LABEL] !== undefined;
  await ignoringConflict(objects.create(definition));
  return true;
}

/** Writes an object of the engine, unless a newer Lectern wrote it. */
export async function apply(
  { objects }: ClusterClient,
  wanted: Manifest,
  { version, signal }: Omit<InstallOptions, "kubeConfig"> = {},
): Promise<void> {
  const manifest = writtenBy(version, wanted);
  for (let attempt = 1; ; attempt++) {
    const current = await orUndefined(objects.read(manifest));
    try {
      if (!current) await objects.create(manifest);
      else if (!isOfNewer(current, version))
        await objects.replace(withVersion(manifest, current.metadata?.resourceVersion));
      return;
    } catch (error) {
      if (attempt === MAX_APPLY_ATTEMPTS || !(isConflict(error) || isNotFound(error))) throw error;
    }
    await pauseAfterConflict(attempt - 1, signal);
  }
}

function withVersion(manifest: Manifest, resourceVersion = ""): Manifest {
  return { ...manifest, metadata: Object.assign({ resourceVersion }, manifest.metadata) };
}

async function waitUntilServed(
  client: ClusterClient,
  {
    isReportOurs,
    list,
    signal,
  }: { isReportOurs: boolean; list?: () => Promise<void>; signal: AbortSignal | undefined },
): Promise<void> {
  const listAll = async () => {
    await list?.();
    // A report that is written before its kind is served would be missed until something in its namespace changes.
    if (isReportOurs) await client.custom.listClusterCustomObject({ ...POLICY_REPORTS, limit: 1 });
  };
  const ask = () =>
    listAll().then(
      () => true,
      () => undefined,
    );
  const waiting = { deadlineMs: INSTALL_DEADLINE_MS, ...(signal && { signal }) };
  if (!(await pollUntil(ask, waiting))) await listAll();
}

async function waitUntilBiting(client: ClusterClient, signal: AbortSignal | undefined): Promise<void> {
  const { core } = client;
  const at = { namespace: ENGINE_NAMESPACE, name: ENFORCED_CONFIG_MAP };
  const found = await orUndefined(core.readNamespace({ name: ENGINE_NAMESPACE }));
  if (!found) {
    const metadata = { name: ENGINE_NAMESPACE, labels: { [MANAGED_LABEL]: "true" } };
    await ignoringConflict(core.createNamespace({ body: { metadata } }));
  } else if (found.metadata?.labels?.[MANAGED_LABEL] !== "true") {
    const body = { metadata: { labels: { [MANAGED_LABEL]: "true" } } };
    await core.patchNamespace({ name: ENGINE_NAMESPACE, body }, client.mergePatch);
  }
  if (!(await orUndefined(core.readNamespacedConfigMap(at)))) {
    await ignoringConflict(
      core.createNamespacedConfigMap({ namespace: ENGINE_NAMESPACE, body: { metadata: at } }),
    );
  }
  const { metadata } = await core.readNamespacedConfigMap(at);
  const enforced = metadata?.resourceVersion ?? "0";
  const waiting = { deadlineMs: INSTALL_DEADLINE_MS, ...(signal && { signal }) };
  await waitUntilInForce(client, ENGINE_NAMESPACE, { enforced }, waiting).catch((error: unknown) => {
    throw isNotInForce(error) ? new PolicyError(error.code, `${error.message} ${READS_NO_MORE}`) : error;
  });
}

/** What is seen of it is the same as of an API server that is slow. */
const READS_NO_MORE =
  "Where it does not: an API server from which the last admission policy with a ConfigMap as parameter was deleted reads no ConfigMaps for new ones until it is started again (https://github.com/kubernetes/kubernetes/issues/130887). Start the API server again, then Lectern.";

async function ignoringConflict(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

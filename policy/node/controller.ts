import { setMaxListeners } from "node:events";
import type { KubeConfig } from "@kubernetes/client-node";

import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { MANAGED_LABEL, PARAMETERS_LABEL, POLICY_GROUP, POLICY_VERSION } from "../common/engine-names.js";
import { type Audit, startAudit } from "./audit/start-audit.js";
import {
  bringIntoForce,
  bringNamespaceIntoForce,
  managedNamespaces,
  type Scope,
} from "./bring-into-force.js";
import { toPolicyError } from "./cluster-client.js";
import { createPolicyContext, type PolicyContext } from "./context.js";
import { expireException, expiresIn } from "./expiry.js";
import { shareOfLeader } from "./fleet/fleet-share.js";
import type { MemberOptions, MemberStanding } from "./fleet/member-clients.js";
import { type Fleet, startFleet } from "./fleet/start-fleet.js";
import { type KeptPlural, recordChange } from "./history/record-change.js";
import { unwrittenWatch } from "./history/unwritten-watch.js";
import { keepWatching, type Watch } from "./keep-watching.js";
import type { Logger } from "./logger.js";
import { enforce, seenChange } from "./policies.js";
import { isLookedAt } from "./policy-statuses.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  type HierarchyObject,
  type ImagePolicyObject,
  placeLabels,
  isOfItsName,
  recordProblem,
} from "./records.js";
import type { Registries } from "./registry/registries.js";
import { Settling } from "./settling.js";
import { startVerifier } from "./verify/start-verifier.js";
import { createWorkQueue, type WorkQueue } from "./work-queue.js";

/** Catches what a broken watch missed. */
const RESYNC_EVERY_MS = 60_000;

/** Whoever changes a policy through the service brings it into force itself; the controller looks after that. */
const SETTLE_MS = 500;

/** The same of one who changes it again and again: the look at each would take from the next. */
const POLICY_PATIENCE = { quietMs: SETTLE_MS, atMostMs: 2000 };

/** Parameters that were written are looked at beside whoever writes and waits: what drifted is right again within a second. */
const PARAMETERS_PATIENCE = { quietMs: 100, atMostMs: 500 };

export interface ControllerOptions {
  kubeConfig: KubeConfig;
  /** What the operator says of further clusters. */
  members?: MemberOptions;
  /** The registries that may be asked about images. */
  registries?: Registries;
  /** Of the Lectern that runs it. */
  version?: string;
  /** Who keeps the clusters that the operator gives, where several servers run; absent where this one keeps all. */
  standing?: MemberStanding;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Keeps the parameters of every managed namespace equal to its effective policies, whoever changed what: policies written with kubectl, drift, labels,
 * owners collected; and a report of what runs against them. Resolves when the watches run; they end with the signal. Several replicas may run it: each write is conditional.
 */
export async function startPolicyController({
  kubeConfig,
  members,
  registries,
  version,
  standing,
  logger,
  signal,
}: ControllerOptions): Promise<void> {
  // Each watch and each wait listens; Node.js takes more than ten for a leak.
  setMaxListeners(0, signal);
  const home = await createPolicyContext(kubeConfig, logger, members, registries);
  const context = { ...home, verifier: startVerifier(home, { signal }) };
  const queue = createWorkQueue({ logger, signal });
  const calls = new KubernetesClient(kubeConfig);
  const audit = startAudit(context, { logger, signal });
  const fleet = startFleet(context, {
    signal,
    ...(version !== undefined && { version }),
    ...(standing && { share: shareOfLeader(context.members.given, (name) => standing.isKept(name)) }),
  });
  const onLost = logLost(logger);
  for (const watch of [...watchesOf(context, { queue, audit, fleet }), ...audit.watches, fleet.watch])
    void keepWatching(calls, watch, { signal, onLost });
  const resync = setInterval(() => queueEverything(context, queue), RESYNC_EVERY_MS);
  resync.unref();
  signal.addEventListener("abort", () => clearInterval(resync), { once: true });
  queueEverything(context, queue);
}

function logLost(logger: Logger): (error: unknown) => void {
  return (error) =>
    logger.warn({ reason: toPolicyError(error).message }, "a policy watch broke off, starting it again");
}

function watchesOf(
  context: PolicyContext,
  { queue, audit, fleet }: { queue: WorkQueue; audit: Audit; fleet: Fleet },
): Watch[] {
  const managed = encodeURIComponent(`${MANAGED_LABEL}=true`);
  const parameters = new Settling(PARAMETERS_PATIENCE);
  return [
    policiesWatch(context, { queue, fleet }),
    {
      path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/imagepolicyexceptions`,
      listener: {
        onItem: (type, object) => {
          const exception = object as ExceptionObject;
          fleet.policiesChanged(exception.spec.organization);
          queueChange(context, queue, { plural: "imagepolicyexceptions", type, object: exception });
          queueScope(context, queue, exception.spec);
          queueExpiry(context, queue, exception);
        },
      },
    },
    knownImagesWatch(context, { queue, fleet }),
    ...keptWatches(context, queue),
    unwrittenWatch(context, queue),
    {
      path: `/api/v1/namespaces?labelSelector=${managed}`,
      listener: {
        onItem: (type, { metadata: { name = "" } = {} }) => {
          if (type === "DELETED") {
            audit.release(name);
            return;
          }
          queueNamespace(context, queue, name);
          audit.manage(name);
        },
      },
    },
    {
      path: `/api/v1/configmaps?labelSelector=${encodeURIComponent(PARAMETERS_LABEL)}`,
      listener: {
        onItem: (type, { metadata: { namespace = "" } = {} }) => {
          if (type === "DELETED") queueNamespace(context, queue, namespace);
          else if (type === "MODIFIED")
            parameters.soon(namespace, () => queueNamespace(context, queue, namespace));
          audit.judgeAnew(namespace);
        },
      },
    },
  ];
}

function policiesWatch(context: PolicyContext, { queue, fleet }: { queue: WorkQueue; fleet: Fleet }): Watch {
  const changed = new Settling(POLICY_PATIENCE);
  return {
    path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/imagepolicies`,
    listener: {
      onItem: (type, object) => {
        const policy = object as ImagePolicyObject;
        const { name = "" } = policy.metadata;
        fleet.policiesChanged(policy.spec.organization);
        queueChange(context, queue, { plural: "imagepolicies", type, object: policy });
        if (type === "DELETED") queueScope(context, queue, policy.spec);
        else if (!isSettled(policy)) changed.soon(name, () => queuePolicy(context, queue, name));
      },
    },
  };
}

/** What registries told changes parameters as policies do. */
function knownImagesWatch(
  context: PolicyContext,
  { queue, fleet }: { queue: WorkQueue; fleet: Fleet },
): Watch {
  return {
    path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/knownimages`,
    listener: {
      onItem: (_type, object) => {
        const { organization } = (object as HierarchyObject).spec;
        fleet.policiesChanged(organization);
        queueScope(context, queue, { organization });
      },
    },
  };
}

/** Of what is only written down. */
function keptWatches(context: PolicyContext, queue: WorkQueue): Watch[] {
  return (["workspaces", "accesspolicies"] as const).map((plural) => ({
    path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/${plural}`,
    listener: {
      onItem: (type, object) =>
        queueChange(context, queue, { plural, type, object: object as HierarchyObject }),
    },
  }));
}

function queuePolicy(context: PolicyContext, queue: WorkQueue, name: string): void {
  const look = async () => {
    const now = await context.store.get<ImagePolicyObject["spec"]>("imagepolicies", name);
    if (now && !isSettled(now)) await settle(context, now);
  };
  queue.add(`policy/${name}`, look);
}

/** Does for a policy written by hand what the service does for its own: labels to find it by, parameters, status. */
async function settle(context: PolicyContext, policy: ImagePolicyObject): Promise<void> {
  const labelled = isLabelled(policy) || !isOfItsName(policy) ? policy : await label(context, policy);
  if (!labelled) return;
  const message = recordProblem(labelled);
  if (message === undefined) {
    await enforce(context, labelled.spec, labelled);
    return;
  }
  // What cannot be read may be in force by what another server made of it.
  if (isOfItsName(labelled)) await bringIntoForce(context, labelled.spec, { isThorough: true });
  const { generation, name = "" } = labelled.metadata;
  const looked = generation === undefined ? {} : { observedGeneration: generation };
  const seen = { ...looked, ...seenChange(labelled) };
  await context.store.setStatus("imagepolicies", name, { inForce: false, message, ...seen });
}

/** So that it is found by its place; `undefined` where somebody changed it meanwhile. */
function label(context: PolicyContext, policy: ImagePolicyObject): Promise<ImagePolicyObject | undefined> {
  return context.store.replace("imagepolicies", withLabels(policy, placeLabels(policy.spec)));
}

function withLabels(policy: ImagePolicyObject, labels: Record<string, string>): ImagePolicyObject {
  const own = policy.metadata.labels ?? {};
  return { ...policy, metadata: Object.assign({}, policy.metadata, { labels: { ...own, ...labels } }) };
}

function queueScope(context: PolicyContext, queue: WorkQueue, { organization, workspace }: Scope): void {
  const scope = { organization, ...(workspace !== undefined && { workspace }) };
  queue.add(`scope/${organization}/${workspace ?? ""}`, () =>
    bringIntoForce(context, scope, { isThorough: true }).then(() => undefined),
  );
}

/** Writes down what was changed in the cluster itself, and what whoever changed it did not live to write down. */
function queueChange(
  context: PolicyContext,
  queue: WorkQueue,
  { plural, type, object }: { plural: KeptPlural; type: string; object: HierarchyObject },
): void {
  const { uid = "", generation = 1 } = object.metadata;
  const isDeleted = type === "DELETED";
  const key = `change/${uid}/${isDeleted ? "deleted" : String(generation)}`;
  queue.add(key, () => recordChange(context, plural, object, { isDeleted, mayBeWritten: true }), SETTLE_MS);
}

/** Only what expires before the next resync: until then clocks may be set. */
function queueExpiry(context: PolicyContext, queue: WorkQueue, exception: ExceptionObject): void {
  const { name = "" } = exception.metadata;
  const delayMs = expiresIn(exception);
  if (delayMs !== undefined && delayMs <= RESYNC_EVERY_MS)
    queue.add(`expiry/${name}`, () => expireException(context, name), delayMs);
}

function queueNamespace(context: PolicyContext, queue: WorkQueue, name: string): void {
  queue.add(`namespace/${name}`, () => bringNamespaceIntoForce(context, name).then(() => undefined));
}

function isSettled(policy: ImagePolicyObject): boolean {
  const { status } = policy;
  if (!isLookedAt(policy)) return false;
  return status?.message !== undefined || (status?.inForce === true && isLabelled(policy));
}

/** Without the labels it is not found, and holds nowhere. */
function isLabelled({ metadata, spec }: ImagePolicyObject): boolean {
  return Object.entries(placeLabels(spec)).every(([key, value]) => metadata.labels?.[key] === value);
}

/** Each namespace for itself, so that one that fails holds up no other. */
function queueEverything(context: PolicyContext, queue: WorkQueue): void {
  queue.add("resync", async () => {
    for (const { metadata } of await managedNamespaces(context, {})) {
      queueNamespace(context, queue, metadata?.name ?? "");
    }
    for (const exception of await context.store.list<ExceptionObjectSpec>("imagepolicyexceptions"))
      queueExpiry(context, queue, exception);
  });
}

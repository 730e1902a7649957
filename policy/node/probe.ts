import type { V1Pod } from "@kubernetes/client-node";

import { AUDIT_PROBE_ANSWER, PROBE_ANSWER, PROBE_LABEL } from "../common/engine-names.js";
import { type ClusterClient, type ApiRefusal, refusalOf } from "./cluster-client.js";
import { pollUntil, type Waiting } from "./deadline.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";

/** The resourceVersions of a namespace's parameters; `audit` is absent where no policy is on dry run. */
export interface Revisions {
  enforced: string;
  audit?: string;
}

const HTTP_FORBIDDEN = 403;
const HTTP_NOT_FOUND = 404;

/** Image policies change within milliseconds; a new engine takes up to a second to bite, a busy machine longer. */
export const IN_FORCE_DEADLINE_MS = 15_000;

/**
 * Waits until the API server judges pods of the namespace by these parameters or newer ones. It asks the engine itself: a pod with the probe label,
 * created as a dry run, is refused with the revision in use. A namespace that is gone or on its way has no pods to judge, so there is nothing to wait
 * for. Throws POLICY_NOT_IN_FORCE at the deadline.
 */
export async function waitUntilInForce(
  client: ClusterClient,
  namespace: string,
  revisions: Revisions,
  waiting: Partial<Waiting> = {},
): Promise<void> {
  let last = "";
  const ask = async () => {
    const refusal = await askEngine(client, namespace);
    last = refusal?.message ?? "the probe was admitted, so the engine does not judge the namespace yet";
    return refusal && (isAnswered(refusal, revisions) || isNamespaceEnding(refusal)) ? true : undefined;
  };
  if (await pollUntil(ask, { deadlineMs: IN_FORCE_DEADLINE_MS, ...waiting })) return;
  const expected = `revision ${revisions.enforced}`;
  throw notInForce(namespace, `expected ${expected}, the last answer was: ${last}`);
}

/** Waits until no image policy judges the namespace any more. */
export async function waitUntilUnjudged(
  client: ClusterClient,
  namespace: string,
  waiting: Partial<Waiting> = {},
): Promise<void> {
  const ask = async () => {
    const refusal = await askEngine(client, namespace);
    return refusal?.message.includes(PROBE_ANSWER) ? undefined : true;
  };
  if (await pollUntil(ask, { deadlineMs: IN_FORCE_DEADLINE_MS, ...waiting })) return;
  throw notInForce(namespace, "expected no image policy, but the engine still judges it");
}

function notInForce(namespace: string, detail: string): PolicyError {
  return new PolicyError(
    POLICY_ERROR.notInForce,
    `The change is stored but the API server does not act on it yet in namespace ${namespace}: ${detail}. It takes effect as soon as the cluster catches up; look again in a minute.`,
  );
}

async function askEngine(client: ClusterClient, namespace: string): Promise<ApiRefusal | undefined> {
  try {
    await client.core.createNamespacedPod({ namespace, body: PROBE, dryRun: "All" });
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    return refusal;
  }
}

/** The API server takes no new objects, so no policy is asked either. */
function isNamespaceEnding({ status, message }: ApiRefusal): boolean {
  return (
    status === HTTP_NOT_FOUND || (status === HTTP_FORBIDDEN && message.includes("it is being terminated"))
  );
}

function isAnswered({ message, warnings }: ApiRefusal, revisions: Revisions): boolean {
  const enforced = revisionAfter(PROBE_ANSWER, message);
  if (enforced === undefined || enforced < BigInt(revisions.enforced)) return false;
  const audit = revisionAfter(AUDIT_PROBE_ANSWER, warnings);
  return revisions.audit === undefined
    ? audit === undefined
    : audit !== undefined && audit >= BigInt(revisions.audit);
}

/** Kubernetes 1.35 promises that resourceVersions of one resource can be compared as numbers, and all before it behave so. */
function revisionAfter(prefix: string, text: string): bigint | undefined {
  const at = text.indexOf(prefix);
  const digits = at < 0 ? undefined : /^\d+/.exec(text.slice(at + prefix.length))?.[0];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Fit for the strictest pod security level, so that nothing but the engine refuses it. */
const PROBE: V1Pod = {
  metadata: { name: "lectern-policy-probe", labels: { [PROBE_LABEL]: "true" } },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "probe",
        image: "registry.k8s.io/pause:3.10",
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
};

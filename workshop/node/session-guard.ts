import { LEARNER, SESSION_LABEL } from "../common/session.js";
import { install } from "../../kubernetes/node/installed-version.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";

/** Who deletes what a session leaves, besides ourselves; the last one where the controllers share one account. */
const CLEARING = [
  "system:serviceaccount:kube-system:namespace-controller",
  "system:serviceaccount:kube-system:generic-garbage-collector",
  "system:kube-controller-manager",
];

/** By what the cluster lets an account do, and not by the name of whoever installed this last: several servers may, each by its own. */
const MAY_MAKE_SESSIONS = 'authorizer.group("lectern.dev").resource("sessions").check("create").allowed()';

/**
 * Puts into the cluster what quotas and roles cannot say of sessions' namespaces, or brings it up to date: their isolation stays as it
 * was made, no service takes an address that is not its own, and nobody fills the store with events. What a newer Lectern than `version`
 * wrote stays.
 */
export async function installSessionGuard(client: KubernetesClient, version?: string): Promise<void> {
  for (const { name, spec } of guards()) {
    const binding = { policyName: name, validationActions: ["Deny"] };
    const policy = manifest("ValidatingAdmissionPolicy", { name, spec });
    await install(client, `${REGISTRATION}/validatingadmissionpolicies`, { object: policy, version });
    const bound = manifest("ValidatingAdmissionPolicyBinding", { name, spec: binding });
    await install(client, `${REGISTRATION}/validatingadmissionpolicybindings`, { object: bound, version });
  }
}

interface Guard {
  name: string;
  spec: Record<string, unknown>;
}

function guards(): Guard[] {
  return [
    guard("lectern-session-network", {
      rule: { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] },
      operations: ["CREATE", "UPDATE", "DELETE"],
      // A policy adds to what others allow: one more of a learner's own would let out whatever it likes.
      condition: `!(request.userInfo.username in ${JSON.stringify(CLEARING)} || ${MAY_MAKE_SESSIONS})`,
      validations: [
        {
          expression: `(request.operation == "CREATE" ? object : oldObject).metadata.name != "${LEARNER}"`,
          message: `the network policy "${LEARNER}" keeps sessions apart and stays as it is`,
        },
        {
          expression: `request.operation == "DELETE" || !has(object.spec.egress) || object.spec.egress.all(rule, has(rule.to) && size(rule.to) > 0 && rule.to.all(peer, !has(peer.ipBlock) && !has(peer.namespaceSelector)))`,
          message: `egress of a session's network policies may only name pods of its own namespace; what else a session may reach stands in the network policy "${LEARNER}"`,
        },
      ],
    }),
    guard("lectern-session-addresses", {
      rule: { apiGroups: [""], resources: ["services"] },
      operations: ["CREATE", "UPDATE"],
      validations: [
        {
          expression: "!has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0",
          message:
            "a session's services may not take external IPs: traffic of others to these addresses would end here",
        },
      ],
    }),
    guard("lectern-session-events", {
      rule: { apiGroups: ["", "events.k8s.io"], resources: ["events"] },
      operations: ["CREATE", "UPDATE"],
      condition: `request.userInfo.username.startsWith("system:serviceaccount:" + request.namespace + ":")`,
      validations: [
        {
          expression: "false",
          message: "events of a session are written by the cluster alone: no quota bounds how many there are",
        },
      ],
    }),
  ];
}

interface GuardParts {
  rule: { apiGroups: string[]; resources: string[] };
  operations: string[];
  /** CEL; whom it concerns, everybody where absent. */
  condition?: string;
  validations: { expression: string; message: string }[];
}

function guard(name: string, { rule, operations, condition, validations }: GuardParts): Guard {
  const spec = {
    failurePolicy: "Fail",
    matchConstraints: {
      namespaceSelector: { matchExpressions: [{ key: SESSION_LABEL, operator: "Exists" }] },
      resourceRules: [{ ...rule, apiVersions: ["*"], operations }],
    },
    ...(condition === undefined ? {} : { matchConditions: [{ name: "concerned", expression: condition }] }),
    validations: validations.map((validation) => ({ ...validation, reason: "Forbidden" })),
  };
  return { name, spec };
}

function manifest(kind: string, { name, spec }: Guard) {
  return { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name }, spec };
}

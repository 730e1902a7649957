import { deployment, kind, pod, template } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io";
const SECCOMP = "seccomp.security.alpha.kubernetes.io";

function annotated(annotations: Record<string, string>, container: object = {}): object {
  return { ...pod(container), metadata: { name: "x", annotations } };
}

function deployed(annotations: Record<string, string>): object {
  const metadata = { labels: { app: "x" }, annotations };
  return deployment({ template: { ...template({}), metadata } });
}

function slice(fields: object): object {
  return { ...kind("discovery.k8s.io/v1", "EndpointSlice"), endpoints: [], ...fields };
}

function revision(fields: object): object {
  return { ...kind("apps/v1", "ControllerRevision"), ...fields };
}

function driver(spec: object): object {
  return { ...kind("storage.k8s.io/v1", "CSIDriver"), spec };
}

function namespace(finalizers: string[]): object {
  return { ...kind("v1", "Namespace"), spec: { finalizers } };
}

function webhook(...conditions: object[]): object {
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
  const hook = {
    name: "a.example.com",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    clientConfig: { url: "https://a.example.com/x" },
    rules: [rule],
    matchConditions: conditions,
  };
  return { ...kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"), webhooks: [hook] };
}

const profile = { securityContext: { appArmorProfile: { type: "Unconfined" } } };

/** What used to be said in annotations, and kinds that clients of clusters write more often than people. */
export const annotationCases: InvalidObjects = {
  AppArmor: {
    "no container": annotated({ [`${APP_ARMOR}/other`]: "runtime/default" }),
    "another than the field": annotated({ [`${APP_ARMOR}/main`]: "runtime/default" }, profile),
    "in a template": deployed({ [`${APP_ARMOR}/other`]: "runtime/default" }),
  },
  Seccomp: {
    pod: annotated({ [`${SECCOMP}/pod`]: "nope" }),
    "in a template": deployed({ [`${SECCOMP}/pod`]: "nope" }),
    container: annotated({ [`container.${SECCOMP}/main`]: "nope" }),
  },
  Priority: {
    "policy without class": pod({}, { preemptionPolicy: "Never" }),
    "unknown policy": pod({}, { preemptionPolicy: "What" }),
  },
  EndpointSlice: { "no type": slice({}), "empty type": slice({ addressType: "" }) },
  ControllerRevision: {
    negative: revision({ revision: -1 }),
    "no data": revision({}),
    "text as data": revision({ data: "x", revision: 1 }),
    "list as data": revision({ data: [1], revision: 1 }),
  },
  CSIDriver: {
    policy: driver({ fsGroupPolicy: "What" }),
    mode: driver({ volumeLifecycleModes: ["What"] }),
    audiences: driver({ tokenRequests: [{ audience: "a" }, { audience: "a" }] }),
    "short token": driver({ tokenRequests: [{ audience: "a", expirationSeconds: 5 }] }),
    "often updated": driver({ nodeAllocatableUpdatePeriodSeconds: 5 }),
    "no tokens": driver({ serviceAccountTokenInSecrets: true }),
  },
  Namespace: {
    unqualified: namespace(["x"]),
    prefix: namespace(["a b/c"]),
    both: namespace(["a b"]),
    metadata: { ...kind("v1", "ConfigMap"), metadata: { name: "x", finalizers: ["a b"] } },
  },
  Webhook: {
    "no name": webhook({ name: "", expression: "true" }),
    "no expression": webhook({ name: "a", expression: "" }),
    number: webhook({ name: "a", expression: "1" }),
    "unknown name": webhook({ name: "a", expression: "foo" }),
    dynamic: webhook({ name: "a", expression: "object.foo" }),
    "name with blank": webhook({ name: "a b", expression: "true" }),
    twice: webhook({ name: "a", expression: "true" }, { name: "a", expression: "true" }),
  },
};

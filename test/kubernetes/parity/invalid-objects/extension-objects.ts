import { definition, kind } from "./objects.js";

/** What policies and webhooks of the cases are about. */
export const RULES = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];

/** The functions below make objects that are right but for what they are given. */

export function signingRequest(spec: object): object {
  return {
    ...kind("certificates.k8s.io/v1", "CertificateSigningRequest"),
    spec: { request: "eA==", signerName: "example.com/a", usages: ["client auth"], ...spec },
  };
}

export function policy(spec: object): object {
  return {
    ...kind("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
    spec: { matchConstraints: { resourceRules: RULES }, validations: [{ expression: "true" }], ...spec },
  };
}

export function policyBinding(spec: object): object {
  return {
    ...kind("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
    spec: { policyName: "p", validationActions: ["Deny"], ...spec },
  };
}

function webhook(content: object): object {
  return {
    name: "a.example.com",
    clientConfig: { url: "https://example.com/x" },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    rules: RULES,
    ...content,
  };
}

/** A configuration of as many webhooks as are given. */
export function webhookConfiguration(...webhooks: object[]): object {
  return {
    ...kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    webhooks: webhooks.map(webhook),
  };
}

export function mutatingConfiguration(content: object): object {
  return { ...webhookConfiguration(content), kind: "MutatingWebhookConfiguration" };
}

/** A definition whose objects have a spec of these fields. */
export function definitionWith(properties: object): object {
  return definition({ properties: { spec: { type: "object", properties } } });
}

/** A definition with other fields of its own spec. */
export function definitionOf(spec: object): object {
  const whole = definition({}) as { spec: object };
  return { ...whole, spec: { ...whole.spec, ...spec } };
}

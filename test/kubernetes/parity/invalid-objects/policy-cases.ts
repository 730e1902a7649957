import {
  policyBinding,
  policy,
  webhookConfiguration,
  mutatingConfiguration,
  RULES,
} from "./extension-objects.js";
import { kind, withMetadata } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const policyCases: InvalidObjects = {
  ValidatingAdmissionPolicy: {
    "no match": policy({ matchConstraints: undefined }),
    "no rules": policy({ matchConstraints: { resourceRules: [] } }),
    "no validations": policy({ validations: [] }),
    "empty expression": policy({ validations: [{ expression: "" }] }),
    "not bool": policy({ validations: [{ expression: "object.metadata.name" }] }),
    number: policy({ validations: [{ expression: "1" }] }),
    reason: policy({ validations: [{ expression: "true", reason: "What" }] }),
    "message newline": policy({ validations: [{ expression: "true", message: "a\nb" }] }),
    "message blank": policy({ validations: [{ expression: "true", message: " " }] }),
    policy: policy({ failurePolicy: "What" }),
    operation: policy({
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["WHAT"], resources: ["pods"] }],
      },
    }),
    "star and more": policy({
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["*", "apps"],
            apiVersions: ["v1"],
            operations: ["*", "CREATE"],
            resources: ["*", "pods"],
          },
        ],
      },
    }),
    "no resources": policy({
      matchConstraints: {
        resourceRules: [{ apiGroups: [], apiVersions: [], operations: [], resources: [] }],
      },
    }),
    "resource path": policy({
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["pods/*", "pods/status"],
          },
        ],
      },
    }),
    scope: policy({
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["pods"],
            scope: "What",
          },
        ],
      },
    }),
    "match policy": policy({ matchConstraints: { matchPolicy: "What", resourceRules: RULES } }),
    selector: policy({
      matchConstraints: {
        resourceRules: RULES,
        namespaceSelector: { matchExpressions: [{ key: "a", operator: "Like" }] },
      },
    }),
    "variable name": policy({ variables: [{ name: "a-b", expression: "1" }] }),
    "variable empty": policy({ variables: [{ name: "a", expression: "" }] }),
    "match twice": policy({
      matchConditions: [
        { name: "a", expression: "true" },
        { name: "a", expression: "true" },
      ],
    }),
    "audit key": policy({ auditAnnotations: [{ key: "a b", valueExpression: "'x'" }] }),
    "audit type": policy({ auditAnnotations: [{ key: "a", valueExpression: "1" }] }),
    "audit twice": policy({
      auditAnnotations: [
        { key: "a", valueExpression: "'x'" },
        { key: "a", valueExpression: "'x'" },
      ],
    }),
    "param kind": policy({ paramKind: { apiVersion: "", kind: "" } }),
    "param version": policy({ paramKind: { apiVersion: "a/b/c", kind: "X" } }),
    "params unbound": policy({ validations: [{ expression: "params.a == 'x'" }] }),
    "message expression": policy({ validations: [{ expression: "true", messageExpression: "1" }] }),
    undefined: policy({ validations: [{ expression: "foo == 1" }] }),
    name: withMetadata(policy({}), { name: "A_b" }),
    exclude: policy({
      matchConstraints: {
        resourceRules: RULES,
        excludeResourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: [], resources: ["pods"] }],
      },
    }),
  },
  ValidatingAdmissionPolicyBinding: {
    "no policy": policyBinding({ policyName: "" }),
    "policy name": policyBinding({ policyName: "A_b" }),
    "no actions": policyBinding({ validationActions: [] }),
    action: policyBinding({ validationActions: ["What"] }),
    "deny warn": policyBinding({ validationActions: ["Deny", "Warn"] }),
    twice: policyBinding({ validationActions: ["Deny", "Deny"] }),
    param: policyBinding({ paramRef: {} }),
    "param both": policyBinding({ paramRef: { name: "a", selector: {}, parameterNotFoundAction: "Deny" } }),
    "param action": policyBinding({ paramRef: { name: "a" } }),
    "param action word": policyBinding({ paramRef: { name: "a", parameterNotFoundAction: "What" } }),
    match: policyBinding({
      matchResources: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["WHAT"], resources: ["pods"] }],
      },
    }),
    "param name": policyBinding({ paramRef: { name: "A/b", parameterNotFoundAction: "Deny" } }),
  },
  ValidatingWebhookConfiguration: {
    name: webhookConfiguration({ name: "a" }),
    "no client": webhookConfiguration({ clientConfig: {} }),
    both: webhookConfiguration({
      clientConfig: { url: "https://a.b/", service: { name: "a", namespace: "b" } },
    }),
    http: webhookConfiguration({ clientConfig: { url: "http://a.b/" } }),
    query: webhookConfiguration({ clientConfig: { url: "https://u@a.b/?x=1#y" } }),
    "side effects": webhookConfiguration({ sideEffects: "Some" }),
    "no side effects": webhookConfiguration({ sideEffects: undefined }),
    versions: webhookConfiguration({ admissionReviewVersions: ["v2"] }),
    "no versions": webhookConfiguration({ admissionReviewVersions: [] }),
    timeout: webhookConfiguration({ timeoutSeconds: 60 }),
    policy: webhookConfiguration({ failurePolicy: "What" }),
    service: webhookConfiguration({
      clientConfig: { service: { name: "", namespace: "", port: 0, path: "a" } },
    }),
    rule: webhookConfiguration({
      rules: [{ apiGroups: [], apiVersions: [""], operations: ["WHAT"], resources: ["pods/a/b"] }],
    }),
    twice: webhookConfiguration({}, {}),
    reinvocation: mutatingConfiguration({ reinvocationPolicy: "What" }),
  },
  APIService: {
    name: {
      ...kind("apiregistration.k8s.io/v1", "APIService"),
      spec: { group: "a.b", version: "v1", groupPriorityMinimum: 1, versionPriority: 1 },
    },
    priority: {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.a.b" },
      spec: { group: "a.b", version: "v1", service: { name: "a", namespace: "b" } },
    },
  },
};

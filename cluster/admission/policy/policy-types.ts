import type { ApiObject } from "../../api/object.js";

/** `metav1.LabelSelector`. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface RuleWithNames {
  apiGroups?: string[];
  apiVersions?: string[];
  operations?: string[];
  resources?: string[];
  resourceNames?: string[];
  scope?: string;
}

/** `matchConstraints` of a policy and `matchResources` of a binding. */
export interface MatchResources {
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  resourceRules?: RuleWithNames[];
  excludeResourceRules?: RuleWithNames[];
  matchPolicy?: string;
}

export interface ParamKind {
  apiVersion?: string;
  kind?: string;
}

export interface Validation {
  expression: string;
  message?: string;
  reason?: string;
  messageExpression?: string;
}

export interface PolicySpec {
  paramKind?: ParamKind | null;
  matchConstraints?: MatchResources | null;
  validations?: Validation[] | null;
  auditAnnotations?: { key: string; valueExpression: string }[] | null;
  matchConditions?: { name: string; expression: string }[] | null;
  variables?: { name: string; expression: string }[] | null;
  failurePolicy?: string;
}

export interface ParamRef {
  name?: string;
  namespace?: string;
  selector?: LabelSelector;
  parameterNotFoundAction?: string;
}

export interface BindingSpec {
  policyName: string;
  paramRef?: ParamRef | null;
  matchResources?: MatchResources | null;
  validationActions?: string[];
}

/** A stored ValidatingAdmissionPolicy. */
export interface PolicyObject extends ApiObject {
  spec: PolicySpec;
}

/** A stored ValidatingAdmissionPolicyBinding. */
export interface BindingObject extends ApiObject {
  spec: BindingSpec;
}

export const POLICY_GROUP = "admissionregistration.k8s.io";

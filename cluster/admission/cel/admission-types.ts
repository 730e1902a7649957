import type { ResolveSchema, Schema } from "../../schema/schema.js";
import { resolveNothing } from "../../schema/schema.js";
import { DeclaredTypes } from "./declared-types.js";
import type { Declarations } from "./environment.js";
import { AUTHORIZER_TYPE, plainEnvironment } from "./environment.js";

/** A kind whose objects an expression is about. */
export interface DeclaredKind {
  kind: string;
  schema: Schema;
}

export interface AdmissionTypesOptions extends Declarations {
  /** What `object` and `oldObject` are; they may be anything where absent. */
  object?: DeclaredKind | undefined;
  params?: DeclaredKind | undefined;
  resolve?: ResolveSchema | undefined;
  /** The words of all expressions that are to be checked; fields of other names may be anything. */
  words?: ReadonlySet<string> | undefined;
}

const KIND = { group: "string", version: "string", kind: "string" };
const RESOURCE = { group: "string", version: "string", resource: "string" };
const STRINGS = "list<string>";
const TIME = "google.protobuf.Timestamp";

/** The types of what expressions see of every request. Source: apiserver/pkg/admission/plugin/cel, `BuildRequestType`, `BuildNamespaceType`. */
const FIXED: Record<string, Record<string, string>> = {
  "kubernetes.GroupVersionKind": KIND,
  "kubernetes.GroupVersionResource": RESOURCE,
  "kubernetes.UserInfo": {
    username: "string",
    uid: "string",
    groups: STRINGS,
    extra: `map<string, ${STRINGS}>`,
  },
  "kubernetes.AdmissionRequest": {
    kind: "kubernetes.GroupVersionKind",
    resource: "kubernetes.GroupVersionResource",
    subResource: "string",
    requestKind: "kubernetes.GroupVersionKind",
    requestResource: "kubernetes.GroupVersionResource",
    requestSubResource: "string",
    name: "string",
    namespace: "string",
    operation: "string",
    userInfo: "kubernetes.UserInfo",
    dryRun: "bool",
    options: "dyn",
  },
  "kubernetes.NamespaceSpec": { finalizers: STRINGS },
  "kubernetes.NamespaceCondition": {
    status: "string",
    type: "string",
    lastTransitionTime: TIME,
    message: "string",
    reason: "string",
  },
  "kubernetes.NamespaceStatus": { conditions: "list<kubernetes.NamespaceCondition>", phase: "string" },
  "kubernetes.NamespaceMetadata": {
    name: "string",
    generateName: "string",
    namespace: "string",
    labels: "map<string, string>",
    annotations: "map<string, string>",
    UID: "string",
    creationTimestamp: TIME,
    deletionGracePeriodSeconds: "int",
    deletionTimestamp: TIME,
    generation: "int",
    resourceVersion: "string",
    finalizers: STRINGS,
  },
  "kubernetes.Namespace": {
    metadata: "kubernetes.NamespaceMetadata",
    spec: "kubernetes.NamespaceSpec",
    status: "kubernetes.NamespaceStatus",
  },
};

let fixed: DeclaredTypes | undefined;
/** Type names end in a number that nobody can count on, as in Kubernetes. */
let count = 0;

/** The types of the variables of admission expressions, but for `variables`. */
export function admissionTypes(options: AdmissionTypesOptions): DeclaredTypes {
  const { object, params, hasParams, hasAuthorizer, words, resolve = resolveNothing } = options;
  const types = (fixed ??= declareFixed()).extended(resolve, words);
  const { environment } = types;
  const typeOf = (declared: DeclaredKind | undefined): string =>
    declared === undefined ? "dyn" : types.declareRoot(declared.schema, `${declared.kind}${(count += 1)}`);
  const type = typeOf(object);
  environment.registerVariable("object", type).registerVariable("oldObject", type);
  environment.registerVariable("request", "kubernetes.AdmissionRequest");
  environment.registerVariable("namespaceObject", "kubernetes.Namespace");
  if (hasParams) environment.registerVariable("params", typeOf(params));
  if (hasAuthorizer) environment.registerVariable("authorizer", AUTHORIZER_TYPE);
  return types;
}

/** A copy in which `variables` has these fields, with the types they are known to have. */
export function withVariables(types: DeclaredTypes, variables: Record<string, string>): DeclaredTypes {
  const extended = types.extended();
  const type = extended.declareObject("kubernetes.variables", variables);
  extended.environment.registerVariable("variables", type);
  return extended;
}

function declareFixed(): DeclaredTypes {
  const types = new DeclaredTypes(plainEnvironment(), { resolve: resolveNothing });
  for (const [name, fields] of Object.entries(FIXED)) types.declareObject(name, fields);
  return types;
}

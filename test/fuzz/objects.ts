import { readFileSync } from "node:fs";
import type { Schema } from "../../cluster/schema/schema.js";
import type { Random } from "./random.js";
import { anyValue, EXPRESSIONS, NAMES, SELECTORS } from "./values.js";

export interface ServedResource {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  subresources?: { name: string }[];
}

const { schemas } = read("schemas.json") as { schemas: Record<string, Schema> };
const { resources } = read("resources.json") as { resources: Record<string, ServedResource> };
const served = Object.values(resources);
const [first, ...others] = served;
if (first === undefined) throw new Error("cluster/facts/resources.json has no resources");
export const RESOURCES: readonly [ServedResource, ...ServedResource[]] = [first, ...others];

const byKind = new Map<string, Schema>();
for (const schema of Object.values(schemas)) {
  for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? [])
    byKind.set(`${group}/${version}/${kind}`, schema);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../cluster/facts/${name}`, import.meta.url), "utf8"));
}

const container = { name: "main", image: "nginx:1" };
const template = { metadata: { labels: { app: "web" } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: "web" } };
/** What makes objects of these kinds valid, so that not only their validation is tried but also what follows. */
const SPECS: Record<string, Record<string, unknown>> = {
  Pod: { ...template.spec },
  Deployment: { replicas: 2, selector, template },
  ReplicaSet: { replicas: 2, selector, template },
  DaemonSet: { selector, template },
  StatefulSet: { replicas: 2, podManagementPolicy: "Parallel", serviceName: "web", selector, template },
  ReplicationController: { replicas: 2, selector: selector.matchLabels, template },
  Job: { completions: 2, parallelism: 2, template: { spec: { ...template.spec, restartPolicy: "Never" } } },
  CronJob: {
    schedule: "* * * * *",
    jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: "Never" } } } },
  },
  Service: { selector: selector.matchLabels, ports: [{ port: 80 }] },
  PersistentVolumeClaim: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  ResourceQuota: { hard: { pods: "1000" } },
  HorizontalPodAutoscaler: {
    maxReplicas: 3,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
  },
  PodDisruptionBudget: { minAvailable: 1, selector },
  NetworkPolicy: { podSelector: {} },
  ValidatingAdmissionPolicy: {
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }],
    },
    validations: [{ expression: "object.metadata.name != 'never'" }],
  },
  ValidatingAdmissionPolicyBinding: { policyName: "web", validationActions: ["Audit"] },
};

/** An object of the kind, mostly as its schema has it, with some of it out of place. */
export function objectOf(random: Random, { group, version, kind }: ServedResource, name: string): unknown {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const base: Record<string, unknown> = { apiVersion, kind, metadata: { name } };
  if (kind in SPECS && random.chance(0.7)) {
    base["spec"] = structuredClone(SPECS[kind]);
    return random.chance(0.2) ? base : mutated(random, base);
  }
  const schema = byKind.get(`${group}/${version}/${kind}`);
  const generated = schema === undefined ? {} : (valueOf(random, schema, 0) as Record<string, unknown>);
  return { ...generated, ...base, ...(random.chance(0.1) && { metadata: anyValue(random) }) };
}

/** A definition of a custom kind with rules in CEL. */
export function definitionOf(random: Random, plural: string): unknown {
  const rule = () => ({ rule: random.pick(EXPRESSIONS) });
  const spec = {
    type: "object",
    properties: {
      size: { type: "integer", default: 1 },
      names: { type: "array", maxItems: 5, items: { type: "string", maxLength: 10 } },
    },
    "x-kubernetes-validations": [rule(), rule()],
  };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec, status: { type: "object" } } } };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.fuzz.example` },
    spec: {
      group: "fuzz.example",
      scope: "Namespaced",
      names: { plural, kind: "Thing" },
      versions: [{ name: "v1", served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
  return random.chance(0.5) ? definition : mutated(random, definition);
}

/** One value somewhere in the object becomes another. */
export function mutated(random: Random, object: Record<string, unknown>): Record<string, unknown> {
  let node: Record<string, unknown> = object;
  for (let depth = 0; depth < 8; depth++) {
    const keys = Object.keys(node);
    const [head, ...tail] = keys;
    if (head === undefined || random.chance(0.15)) break;
    const key = random.pick([head, ...tail]);
    const next = node[key];
    if (typeof next !== "object" || next === null || random.chance(0.1)) {
      node[key] = anyValue(random);
      return object;
    }
    node = next as Record<string, unknown>;
  }
  Object.defineProperty(node, random.pick(NAMES), {
    value: anyValue(random),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return object;
}

function valueOf(random: Random, schema: Schema, depth: number): unknown {
  if (random.chance(0.04)) return anyValue(random);
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) {
    const target = schemas[ref.slice(ref.lastIndexOf("/") + 1)];
    return target === undefined ? {} : valueOf(random, target, depth + 1);
  }
  if (schema.enum !== undefined) return schema.enum[random.below(schema.enum.length)];
  if (schema.properties !== undefined) return fieldsOf(random, schema, depth);
  if (schema.type === "array") {
    const items = schema.items ?? {};
    return Array.from({ length: random.below(depth > 5 ? 1 : 3) }, () => valueOf(random, items, depth + 1));
  }
  return scalarOf(random, schema);
}

function scalarOf(random: Random, schema: Schema): unknown {
  if (schema.type === "integer") return random.pick([0, 1, 2, 80, 2 ** 31 - 1, -1]);
  if (schema.type === "boolean") return random.chance(0.5);
  if (schema.type === "object") return random.chance(0.5) ? { app: "web" } : {};
  return random.pick(["web", "nginx:1", "1", "Always", random.pick(EXPRESSIONS), random.pick(SELECTORS)]);
}

function fieldsOf(random: Random, { properties = {}, required = [] }: Schema, depth: number): unknown {
  const share = depth > 4 ? 0.05 : 0.35;
  const chosen = Object.entries(properties).filter(
    ([name]) => required.includes(name) || random.chance(share),
  );
  if (depth > 9) return {};
  return Object.fromEntries(chosen.map(([name, field]) => [name, valueOf(random, field, depth + 1)]));
}

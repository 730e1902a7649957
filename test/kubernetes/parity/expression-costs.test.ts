import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { expressionCost } from "../../../cluster/admission/cel/expression-cost.js";
import { SizedTypes } from "../../../cluster/admission/cel/sized-type.js";
import { ruleSyntax } from "../../../cluster/crd/validation-rules.js";
import type { Schema } from "../../../cluster/schema/schema.js";
import type { RawRequest } from "./raw-request.js";
import { describeParity, sameOnBoth } from "./both-clusters.js";

const GROUP = "costs.example.com";
const { rules } = parse(readFileSync(new URL("expression-costs.yaml", import.meta.url), "utf8")) as {
  rules: string[];
};

const text = (maxLength?: number): Schema => ({
  type: "string",
  ...(maxLength !== undefined && { maxLength }),
});
const integer: Schema = { type: "integer" };
const inner: Schema = { type: "object", properties: { a: text(3), k: integer } };
/** Fields of every type, with bounds and without. */
const FIELDS: Record<string, Schema> = {
  s: text(10),
  u: text(),
  e: { type: "string", enum: ["abcdefgh", "ij"] },
  n: integer,
  b: { type: "boolean" },
  l: { type: "array", maxItems: 7, items: text(5) },
  ll: { type: "array", items: integer },
  m: { type: "object", maxProperties: 6, additionalProperties: text(20) },
  o: inner,
  lo: {
    type: "array",
    maxItems: 4,
    items: { ...inner, required: ["k"] },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
  },
  d: { type: "string", format: "date-time" },
  du: { type: "string", format: "duration" },
  by: { type: "string", format: "byte", maxLength: 40 },
  iors: { "x-kubernetes-int-or-string": true },
  em: {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  },
};
const holder: Schema = { type: "object", properties: FIELDS };

describeParity("the estimated cost of a rule", () => {
  sameOnBoth(
    "is the same for every function, operator and loop",
    async ({ send }) => {
      for (const rule of rules) await send(create(countedSchema(rule)));
    },
    [/exceeds budget by factor of 1\.2\d{5}x/, /exceeds budget by factor of more than 100x/],
  );

  sameOnBoth(
    "is told of messages, of what has no bound, and of all rules together",
    async ({ send }) => {
      const costly = "self.all(x, self.exists(y, x == y))";
      const many = { type: "array", items: text(50), maxItems: 800 };
      const fewer = { ...many, maxItems: 600 };
      const schemas: Record<string, Schema>[] = [
        { spec: { ...text(), "x-kubernetes-validations": [{ rule: "[self].min() == 'x'" }] } },
        {
          spec: {
            ...text(),
            "x-kubernetes-validations": [{ rule: "true", messageExpression: "self + [self].min()" }],
          },
        },
        {
          spec: {
            type: "array",
            items: { ...text(), "x-kubernetes-validations": [{ rule: "self.matches('^a+$')" }] },
          },
        },
        { spec: { ...many, "x-kubernetes-validations": [{ rule: costly }] } },
        {
          spec: {
            ...fewer,
            "x-kubernetes-validations": Array.from({ length: 12 }, () => ({ rule: costly })),
          },
        },
      ];
      for (const schema of schemas) await send(create(schema));
    },
    [
      /estimated messageExpression cost exceeds budget/,
      /rule cost exceeds budget by factor of more than 100x/,
      /contributed to estimated rule cost total/,
    ],
  );

  sameOnBoth(
    "is not asked of a schema that stays as it is",
    async ({ run }) => {
      const rule = { rule: "self.all(x, self.exists(y, x == y))" };
      const spec: Schema = { type: "array", items: text(5), "x-kubernetes-validations": [rule] };
      const made = definition({ spec: { ...spec, maxItems: 10 } }, "kept");
      await run("create -f -", made);
      await run(["label", "crd", `kepts.${GROUP}`, "a=b"]);
      await run("replace -f -", definition({ spec }, "kept"));
      await run(["delete", "crd", `kepts.${GROUP}`, "--wait=false"]);
    },
    [/kepts\.costs\.example\.com labeled/, /exceeds budget/],
  );
});

/** A schema with the rule for so many values that its cost is told to six digits, where it has a bound at all. */
function countedSchema(rule: string): Record<string, Schema> {
  const root = new SizedTypes().of(holder, { isRoot: false });
  if (root === undefined) throw new Error("the schema should have a type");
  const cost = expressionCost(ruleSyntax(rule), { root, variables: { self: root, oldSelf: root } });
  const maxProperties = Math.max(1, Math.ceil(1.2e7 / Math.max(1, cost)));
  const additionalProperties = { ...holder, "x-kubernetes-validations": [{ rule }] };
  return { spec: { type: "object", maxProperties, additionalProperties } };
}

function create(properties: Record<string, Schema>): RawRequest {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";
  return { method: "POST", path, body: definition(properties, "cost") };
}

function definition(properties: Record<string, Schema>, singular: string): object {
  const names = {
    plural: `${singular}s`,
    singular,
    kind: singular.charAt(0).toUpperCase() + singular.slice(1),
  };
  const schema = { openAPIV3Schema: { type: "object", properties } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${names.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Cluster",
      names,
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

import { definitionWith } from "./extension-objects.js";
import { definition } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

const INT_OR_STRING = "x-kubernetes-int-or-string";
const OPEN = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED = "x-kubernetes-embedded-resource";
const MIXED = [{ type: "integer" }, { type: "string" }];
const TEXT = { type: "string" };

/** A field that may be a whole number or a text, and is taken or refused by what else is said of it. */
function mixed(content: object): object {
  return definitionWith({ a: { [INT_OR_STRING]: true, ...content } });
}

/** Schemas that are structural, so that they are taken, beside those that are nearly so. */
export const structureCases: InvalidObjects[string] = {
  mixed: mixed({ anyOf: MIXED, description: "A number or a text." }),
  "mixed in all": mixed({ allOf: [{ anyOf: MIXED }] }),
  "mixed with pattern": mixed({ allOf: [{ anyOf: MIXED }, { pattern: "^a" }], pattern: "^a" }),
  "mixed without mark": definitionWith({ a: { ...TEXT, anyOf: MIXED } }),
  "mixed turned": mixed({ anyOf: MIXED.toReversed() }),
  "mixed in three": mixed({ anyOf: [...MIXED, { pattern: "x" }] }),
  "mixed with more": mixed({ anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }] }),
  "mixed by one": mixed({ oneOf: MIXED }),
  "mixed in second": mixed({ allOf: [{ pattern: "x" }, { anyOf: MIXED }] }),
  "mixed deeper": mixed({ allOf: [{ allOf: [{ anyOf: MIXED }] }] }),
  "mixed within any": mixed({ anyOf: [{ anyOf: MIXED }] }),
  "mixed parts marked": mixed({ anyOf: MIXED.map((part) => ({ ...part, [INT_OR_STRING]: true })) }),
  "mixed and open": mixed({ [OPEN]: true }),
  "mixed and embedded": mixed({ [EMBEDDED]: true }),
  "mixed and typed": mixed({ type: "string" }),
  "open said not to be": definitionWith({ a: { type: "object", [OPEN]: false } }),
  "shapes in a part": definitionWith({
    a: {
      ...TEXT,
      allOf: [
        {
          title: "t",
          description: "d",
          nullable: true,
          default: "",
          [OPEN]: true,
          [EMBEDDED]: true,
          [INT_OR_STRING]: true,
        },
      ],
    },
  }),
  "lists in a part": definitionWith({
    a: {
      type: "array",
      items: TEXT,
      not: {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
        "x-kubernetes-map-type": "atomic",
      },
    },
  }),
  "rule in a part": definitionWith({
    a: { ...TEXT, anyOf: [{ "x-kubernetes-validations": [{ rule: "self == 'x'" }] }] },
  }),
  "other fields in a part": definitionWith({
    a: { type: "object", properties: { b: TEXT }, anyOf: [{ additionalProperties: { maxLength: 3 } }] },
  }),
  "any other fields in a part": definitionWith({
    a: { type: "object", anyOf: [{ additionalProperties: true }] },
  }),
  "unknown field in a part": definitionWith({
    a: {
      type: "object",
      properties: { b: TEXT },
      oneOf: [{ required: ["b"] }, { properties: { c: { minLength: 1 } } }],
    },
  }),
  "known field in a part": definitionWith({
    a: { type: "object", properties: { b: TEXT }, oneOf: [{ properties: { b: { minLength: 1 } } }] },
  }),
  "field like the prototype's": definitionWith({
    a: { type: "object", properties: { b: TEXT }, not: { properties: { constructor: { minLength: 1 } } } },
  }),
  "unknown items in a part": definitionWith({ a: { type: "object", not: { items: { minLength: 1 } } } }),
  "known items in a part": definitionWith({
    a: { type: "array", items: TEXT, not: { items: { minLength: 1, type: "string" } } },
  }),
  "field of an open map in a part": definitionWith({
    a: { type: "object", additionalProperties: TEXT, anyOf: [{ properties: { b: { minLength: 1 } } }] },
  }),
  "unknown field of all": definition({ allOf: [{ properties: { spec: { minProperties: 1 }, status: {} } }] }),
  "known fields of all": definition({
    properties: { spec: { type: "object", properties: { b: TEXT } } },
    anyOf: [{ properties: { spec: { properties: { b: { minLength: 1 } } } } }],
  }),
  "unknown deep field of all": definition({
    properties: { spec: { type: "object", properties: { b: TEXT } } },
    not: { properties: { spec: { properties: { constructor: { minLength: 1 } } } } },
  }),
  "unknown items of all": definition({
    properties: { spec: { type: "object" } },
    oneOf: [{ properties: { spec: { items: { minLength: 1 } } } }],
  }),
  "keys without a list": definitionWith({ a: { type: "object", "x-kubernetes-list-map-keys": ["k"] } }),
  "keys of a set": definitionWith({
    a: {
      type: "array",
      items: { type: "string", nullable: true },
      "x-kubernetes-list-type": "set",
      "x-kubernetes-list-map-keys": ["k"],
    },
  }),
  "keys of texts": definitionWith({
    a: { type: "array", items: TEXT, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] },
  }),
  "keys that identify nothing": definitionWith({
    a: {
      type: "array",
      items: {
        type: "object",
        nullable: true,
        required: ["k", "k2"],
        properties: { k: { type: "object" }, k2: { type: "string", nullable: true } },
      },
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k", "k2", "k"],
    },
  }),
  "metadata in a part": definition({ anyOf: [{ properties: { metadata: { required: ["name"] } } }] }),
  "pattern in a part": definitionWith({ a: { ...TEXT, allOf: [{ not: { pattern: "(" } }] } }),
  "type word in a part": definitionWith({ a: { ...TEXT, allOf: [{ type: "text" }] } }),
  "id in a part": definitionWith({ a: { ...TEXT, allOf: [{ type: "string", id: "x" }] } }),
  "items list in a part": definitionWith({ a: { ...TEXT, not: { items: [{ type: "string" }] } } }),
  "unique in a part": definitionWith({ a: { ...TEXT, anyOf: [{ uniqueItems: true }] } }),
  "two faults turned": definitionWith({ b: {}, a: { type: "array" } }),
  "default where the structure is not": definitionWith({ b: {}, a: { type: "integer", default: "x" } }),
  "fields and no others": definitionWith({
    a: { type: "object", properties: { b: TEXT }, additionalProperties: false },
  }),
  "fields and any others": definitionWith({
    a: { type: "object", properties: { b: TEXT }, additionalProperties: true },
  }),
  "any fields of the root": definition({ additionalProperties: { type: "string" } }),
  "kind of the root": definition({
    properties: { kind: { type: "integer" }, apiVersion: { type: "integer" } },
  }),
  "metadata of text": definition({ properties: { metadata: { type: "string" } } }),
  "metadata described": definition({
    properties: { metadata: { type: "object", description: "What it is." } },
  }),
  "metadata with a rule": definition({ properties: { metadata: { type: "object", required: ["name"] } } }),
  "metadata with a name": definition({
    properties: { metadata: { type: "object", properties: { name: { type: "string", maxLength: 5 } } } },
  }),
  "embedded without type": definitionWith({ a: { [EMBEDDED]: true, [OPEN]: true } }),
  "embedded of others": definitionWith({
    a: { type: "object", [EMBEDDED]: true, additionalProperties: { type: "string" } },
  }),
  "embedded with a kind": definitionWith({
    a: {
      type: "object",
      [EMBEDDED]: true,
      properties: { kind: { type: "integer" }, metadata: { type: "string" } },
    },
  }),
};

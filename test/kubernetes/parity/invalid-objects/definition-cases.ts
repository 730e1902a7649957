import { definitionOf, definitionWith } from "./extension-objects.js";
import { definition } from "./objects.js";
import type { InvalidObjects } from "./objects.js";
import { structureCases } from "./structure-cases.js";

export const definitionCases: InvalidObjects = {
  CustomResourceDefinition: {
    "no versions": definitionOf({ versions: [] }),
    scope: definitionOf({ scope: "What" }),
    "no scope": definitionOf({ scope: undefined }),
    group: definitionOf({ group: "nodots" }),
    kind: definitionOf({ names: { plural: "things", kind: "thing_x" } }),
    plural: definitionOf({ names: { plural: "Things", kind: "Thing" } }),
    short: definitionOf({ names: { plural: "things", kind: "Thing", shortNames: ["T"] } }),
    "no schema": definitionOf({ versions: [{ name: "v1", served: true, storage: true }] }),
    "no storage": definitionOf({
      versions: [
        { name: "v1", served: true, storage: false, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    }),
    "two storage": definitionOf({
      versions: ["v1", "v2"].map((name) => ({
        name,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object" } },
      })),
    }),
    "twice version": definitionOf({
      versions: [
        { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
        { name: "v1", served: true, storage: false, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    }),
    "version name": definitionOf({
      versions: [
        { name: "V 1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    }),
    conversion: definitionOf({ conversion: { strategy: "Webhook" } }),
    "conversion word": definitionOf({ conversion: { strategy: "What" } }),
    preserve: definitionOf({ preserveUnknownFields: true }),
    "root type": definitionOf({
      versions: [
        { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "string" } } },
      ],
    }),
    "type word": definitionWith({ a: { type: "text" } }),
    ref: definitionWith({ a: { $ref: "#/x" } }),
    unique: definitionWith({ a: { type: "array", uniqueItems: true, items: { type: "string" } } }),
    pattern: definitionWith({ a: { type: "string", pattern: "(" } }),
    "default type": definitionWith({ a: { type: "integer", default: "x" } }),
    "default enum": definitionWith({ a: { type: "string", enum: ["b"], default: "x" } }),
    "items list": definitionWith({ a: { type: "array", items: [{ type: "string" }] } }),
    "list map": definitionWith({
      a: {
        type: "array",
        items: { type: "object", properties: { k: { type: "string" } } },
        "x-kubernetes-list-type": "map",
      },
    }),
    "list map keys": definitionWith({
      a: {
        type: "array",
        items: { type: "object", properties: { k: { type: "string" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["z"],
      },
    }),
    "list map key optional": definitionWith({
      a: {
        type: "array",
        items: { type: "object", properties: { k: { type: "string" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
      },
    }),
    "list type": definitionWith({
      a: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "bag" },
    }),
    "list type of string": definitionWith({ a: { type: "string", "x-kubernetes-list-type": "set" } }),
    "map type": definitionWith({ a: { type: "object", "x-kubernetes-map-type": "what" } }),
    "set of objects": definitionWith({
      a: { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "set" },
    }),
    "oneOf type": definitionWith({ a: { oneOf: [{ type: "string" }, { type: "integer" }] } }),
    definitions: definition({ definitions: { a: { type: "string" } } }),
    "metadata schema": definition({
      properties: { metadata: { type: "object", properties: { labels: { type: "object" } } } },
    }),
    embedded: definitionWith({ a: { type: "string", "x-kubernetes-embedded-resource": true } }),
    deps: definitionWith({ a: { type: "object", dependencies: { b: ["c"] } } }),
    id: definitionWith({ a: { type: "string", id: "x" } }),
    xor: definitionWith({ a: { type: "object", patternProperties: { a: { type: "string" } } } }),
    printer: definitionOf({
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object" } },
          additionalPrinterColumns: [{ name: "", type: "what", jsonPath: "spec.a" }],
        },
      ],
    }),
    scale: definitionOf({
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object" } },
          subresources: { scale: { specReplicasPath: "spec.replicas", statusReplicasPath: "" } },
        },
      ],
    }),
    "scale status": definitionOf({
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object" } },
          subresources: {
            status: {},
            scale: { specReplicasPath: ".status.replicas", statusReplicasPath: ".spec.replicas" },
          },
        },
      ],
    }),
    selectable: definitionOf({
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                spec: { type: "object", properties: { a: { type: "array", items: { type: "string" } } } },
              },
            },
          },
          selectableFields: [
            { jsonPath: ".spec.a" },
            { jsonPath: ".spec.b" },
            { jsonPath: ".metadata.name" },
          ],
        },
      ],
    }),
    deprecation: definitionOf({
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          deprecationWarning: "x",
          schema: { openAPIV3Schema: { type: "object" } },
        },
      ],
    }),
    approved: { ...definitionOf({ group: "x.k8s.io" }), metadata: { name: "things.x.k8s.io" } },
    "list kind": definitionOf({ names: { plural: "things", kind: "Thing", listKind: "Thing" } }),
    category: definitionOf({ names: { plural: "things", kind: "Thing", categories: ["A b"] } }),
    "default no structural": definitionWith({
      a: { type: "object", properties: { b: { type: "string", default: "x", pattern: "y" } } },
    }),
    "rule empty": definitionWith({ a: { type: "string", "x-kubernetes-validations": [{ rule: "" }] } }),
    "rule reason": definitionWith({
      a: {
        type: "string",
        maxLength: 5,
        "x-kubernetes-validations": [{ rule: "self == 'a'", reason: "What" }],
      },
    }),
    "rule path": definitionWith({
      a: {
        type: "object",
        properties: { b: { type: "string" } },
        "x-kubernetes-validations": [{ rule: "true", fieldPath: ".c" }],
      },
    }),
    "rule message newline": definitionWith({
      a: {
        type: "string",
        maxLength: 5,
        "x-kubernetes-validations": [{ rule: "self == 'a'", message: "a\nb" }],
      },
    }),
    "rule message long": definitionWith({
      a: { type: "string", maxLength: 5, "x-kubernetes-validations": [{ rule: "self ==\n 'a'" }] },
    }),
    "rule oldSelf list": definitionWith({
      a: {
        type: "array",
        maxItems: 3,
        items: { type: "string", maxLength: 4, "x-kubernetes-validations": [{ rule: "self == oldSelf" }] },
      },
    }),
    "optional without": definitionWith({
      a: {
        type: "string",
        maxLength: 4,
        "x-kubernetes-validations": [{ rule: "self == 'a'", optionalOldSelf: true }],
      },
    }),
    ...structureCases,
  },
};

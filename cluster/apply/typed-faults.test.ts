import { expect, it } from "vitest";
import { resolveNothing } from "../schema/schema.js";
import type { Schema } from "../schema/schema.js";
import { typedFaults } from "./typed-faults.js";

const SCHEMA: Schema = {
  type: "object",
  properties: {
    data: { type: "object", additionalProperties: { type: "string" } },
    port: { type: "string", format: "int-or-string" },
    count: { type: "integer" },
    items: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"],
      items: {
        type: "object",
        properties: { port: { type: "integer" }, protocol: { type: "string", default: "TCP" } },
      },
    },
  },
};

// The texts are those of a real API server; `test/kubernetes/parity` holds some of them against one.
it.each([
  [{ data: { a: "b" }, port: 80, count: 1, items: [{ port: 1 }] }, []],
  [{ data: null }, []],
  [{ foo: 1, data: 1 }, [".foo: field not declared in schema"]],
  [{ data: { a: 1 } }, [".data.a: expected string, got &value.valueUnstructured{Value:1}"]],
  [{ data: ["a"] }, [".data: expected map, got &{[a]}"]],
  [{ count: "x" }, [".count: expected numeric (int or float), got string"]],
  [{ items: [{ port: 1, foo: 2 }] }, ['.items[port=1,protocol="TCP"].foo: field not declared in schema']],
])("what is applied is read by the schema: %j", (object, faults) => {
  expect(typedFaults(object, SCHEMA, resolveNothing)).toEqual(faults);
});

import { expect, it } from "vitest";
import { undefinedField } from "./rule-fields.js";
import { parseRule } from "./validation-rules.js";

const inner = { type: "object", properties: { c: { type: "string" } } };
const schema = {
  type: "object",
  properties: {
    a: { type: "string" },
    "x-y": { type: "string" },
    map: { type: "object", additionalProperties: inner },
    list: { type: "array", items: inner },
    size: { "x-kubernetes-int-or-string": true },
    pod: { type: "object", "x-kubernetes-embedded-resource": true },
    open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};
const faultOf = (rule: string, variables = ["self", "oldSelf"]) =>
  undefinedField(parseRule(rule), schema, variables);

it.each([
  ["self.b == 'x'", "b", 4],
  ["self.a == 'x' && self.b", "b", 21],
  ["has(self.b)", "b", 3],
  ["oldSelf.c == self.a", "c", 7],
  ["self.map['k'].d == 'x'", "d", 13],
  ["self.map.k.d == 'x'", "d", 10],
  ["self.list[0].d == 'x'", "d", 12],
  ["self.open.d == 'x'", "d", 9],
])("%s names a field there is not", (rule, field, start) => {
  expect(faultOf(rule)).toMatchObject({ summary: `undefined field '${field}'`, range: { start } });
});

it.each([
  "has(self.a) && self.a == 'x'",
  "self.x__dash__y == 'x'",
  "self.map['k'].c == 'x'",
  "self.list.all(item, item.d == 'x')",
  "self.pod.spec.nodeName == 'x'",
  "self.size.anything == 1",
  "self.metadata.name == 'x'",
])("%s is about fields there are, or nobody knows", (rule) => {
  expect(faultOf(rule)).toBeUndefined();
});

it("takes an old state that may be absent for no object", () => {
  expect(faultOf("oldSelf.c == 'x'", ["self"])).toBeUndefined();
});

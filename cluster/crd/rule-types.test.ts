import { expect, it } from "vitest";
import { compileErrorText } from "../admission/cel/error-text.js";
import { TypeBudget } from "../admission/cel/type-budget.js";
import type { Schema } from "../schema/schema.js";
import { RuleTypes } from "./rule-types.js";
import { compileRule } from "./validation-rules.js";

const inner: Schema = { type: "object", properties: { c: { type: "string" } } };
const schema: Schema = {
  type: "object",
  properties: {
    a: { type: "string" },
    n: { type: "integer" },
    at: { type: "string", format: "date-time" },
    took: { type: "string", format: "duration" },
    "x-y": { type: "string" },
    inner,
    map: { type: "object", additionalProperties: inner },
    list: { type: "array", items: inner },
    names: { type: "array", items: { type: "string" } },
    size: { "x-kubernetes-int-or-string": true },
    pod: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      properties: { spec: { type: "object", additionalProperties: { type: "string" } } },
    },
  },
};

const typesOf = (ofSchema: Schema, sources: string[], budget = new TypeBudget()) =>
  new RuleTypes(ofSchema, { isRoot: true, sources, budget });
const spent = (rule: string): number => {
  const budget = new TypeBudget();
  typesOf(schema, [rule], budget).check(rule, { isOldOptional: false });
  return budget.spent;
};
const verdictOf = (rule: string, isOldOptional = false) =>
  typesOf(schema, [rule]).check(rule, { isOldOptional });
const faultOf = (rule: string, isOldOptional = false) => verdictOf(rule, isOldOptional).fault;

it.each([
  ["self.b == 'x'", "b", 4],
  ["self.a == 'x' && self.b", "b", 21],
  ["has(self.b)", "b", 3],
  ["oldSelf.c == self.a", "c", 7],
  ["self.map['k'].d == 'x'", "d", 13],
  ["self.map.k.d == 'x'", "d", 10],
  ["self.list[0].d == 'x'", "d", 12],
  ["self.list.all(item, item.d == 'x')", "d", 24],
  ["self.list.all(item, has(item.d))", "d", 23],
  ["self.inner.?d.hasValue()", "d", 10],
  ["self.metadata.labels.size() > 0", "labels", 13],
  ["self.pod.status == 'x'", "status", 8],
])("%s names a field there is not", (rule, field, start) => {
  expect(faultOf(rule)).toMatchObject({ summary: `undefined field '${field}'`, range: { start } });
});

it.each([
  ["self.n > 'a'", "1:8: found no matching overload for '_>_' applied to '(int, string)'"],
  ["self.a.startsWith(1)", "1:18: found no matching overload for 'startsWith' applied to 'string.(int)'"],
  ["self.n || true", "1:5: expected type 'bool' but found 'int'"],
  ["self.names == [1]", "1:12: found no matching overload for '_==_' applied to '(list(string), list(int))'"],
  [
    "self.names['a'] == 'b'",
    "1:11: found no matching overload for '_[_]' applied to '(list(string), string)'",
  ],
  ["self.n.foo == 1", "1:7: type 'int' does not support field selection"],
  ["self.at < 'x'", "1:9: found no matching overload for '_<_' applied to '(timestamp, string)'"],
  ["self.n == null", "1:8: found no matching overload for '_==_' applied to '(int, null)'"],
  ["!self.n", "1:1: found no matching overload for '!_' applied to '(int)'"],
])("%s compares what cannot be compared", (rule, text) => {
  const fault = faultOf(rule);
  expect(compileErrorText(rule, fault, () => true)).toContain(`ERROR: <input>:${text}\n`);
});

it.each([
  "has(self.a) && self.a == 'x'",
  "self.x__dash__y == 'x'",
  "self.map['k'].c == 'x'",
  "self.pod.spec.nodeName == 'x'",
  "self.size.anything == 1",
  "self.metadata.name == 'x'",
  "self == oldSelf && self.inner == oldSelf.inner && self.inner != null",
  "self.at > timestamp('2020-01-01T00:00:00Z')",
  "string(self.at) != '' && int(self.at) > 1 && timestamp(self.at) == self.at",
  "string(self.took) != '' && duration(self.took) == self.took",
  "self.names.all(name, name in oldSelf.names)",
  "self.names.transformList(i, name, name + 'x').size() > 0",
  "self.?inner.?c.orValue('') == 'x'",
])("%s is about what there is", (rule) => {
  expect(verdictOf(rule)).toEqual({ type: "bool", fault: undefined });
});

it("takes an old state that may be absent for no object", () => {
  expect(faultOf("oldSelf.hasValue() && oldSelf.value().a == 'x'", true)).toBeUndefined();
  expect(faultOf("oldSelf.hasValue() && oldSelf.value().b == 'x'", true)).toMatchObject({
    summary: "undefined field 'b'",
  });
});

it.each([
  "oldSelf.value().x == self.x",
  "!oldSelf.hasValue() || oldSelf.value().replicas <= self.replicas",
  "self.l.first().value().v == 1",
])("%s is a rule", (rule) => {
  expect(() => compileRule(rule)).not.toThrow();
});

it("gives types to fields that expressions name, not to those that comments and texts do", () => {
  const least = spent("self.a == 'x'");
  expect(spent("self.a == 'inner' // self.inner, self.map, self.list")).toBe(least);
  expect(spent("self.a == self.inner.c")).toBeGreaterThan(least);
});

it("takes for anything what is beyond the budget of types", () => {
  const wide: Schema = { type: "object", properties: { one: inner, other: inner } };
  const rule = "self.one.d == 'x' || self.other.d == 'x'";
  const check = (units: number) =>
    typesOf(wide, [rule], new TypeBudget(units)).check(rule, { isOldOptional: false });
  expect(check(100).fault).toMatchObject({ summary: "undefined field 'd'", range: { start: 8 } });
  expect(check(1)).toEqual({ type: "bool", fault: undefined });
});

import { describeParity, sameOnBoth } from "./both-clusters.js";

/** Rules about fields that are not there and types that do not go together; each is refused. */
const REFUSED = [
  "self.b == 'x'",
  "has(self.spec.b)",
  "self.spec.inner.?d.hasValue()",
  "self.metadata.labels.size() > 0",
  "self.spec.list.all(item, item.d == 'x')",
  "self.spec.list.all(item, has(item.d))",
  "self.spec.map['k'].d == 'x'",
  "self.spec.n > 'a'",
  "self.spec.n + 'a' == 'b'",
  "self.spec.a.startsWith(1)",
  "self.spec.n.startsWith('a')",
  "size(self.spec.n) > 1",
  "self.spec.n || true",
  "true && self.spec.a",
  "!self.spec.n",
  "-self.spec.yes == 1",
  "self.spec.names == [1]",
  "self.spec.names['a'] == 'b'",
  "self.spec.n.foo == 1",
  "self.spec.at < 'x'",
  "self.spec.n == null",
  "1 in self.spec.names",
  "'a' in self.spec.n",
  "self.spec.yes ? 1 : 'a'",
  "self.spec.names.all(name, name > 1)",
  "self.spec.names.all(name, 1)",
  "sets.contains(self.spec.names, [1])",
  "self.spec.n",
  "url(self.spec.n).getHost() == 'a'",
  "foo(self.spec.n)",
  "self.spec.a.foo()",
  "object.spec.n > 1",
  "self.spec.pod.status == 'x'",
];

/** Rules that look as doubtful and are accepted. */
const ACCEPTED = [
  "has(self.spec.a) && self.spec.a == 'x'",
  "self.spec.x__dash__y == 'x'",
  "self.spec.map['k'].c == 'x'",
  "self.spec.size.anything == 1",
  "self.spec.size == 1 || self.spec.size == 'a'",
  "self.metadata.name == 'x'",
  "self.spec.inner == oldSelf.spec.inner",
  "self.spec.inner != null",
  "self.spec.n > 1.5",
  "self.spec.at > timestamp('2020-01-01T00:00:00Z')",
  "self.spec.lasts < duration('1h')",
  "self.spec.names.all(name, name in oldSelf.spec.names)",
  "self.spec.names.transformList(i, name, name + 'x').size() > 0",
  "self.spec.names.transformMapEntry(i, name, {name: i}).size() > 0",
  "self.spec.names.all(i, name, i < 5 && name != '')",
  "self.spec.map.exists(k, v, v.c == k)",
  "ip.isCanonical(self.spec.a)",
  "self.spec.?inner.?c.orValue('') == 'x'",
  "self.spec.list.map(item, item.c).exists(c, c == 'x')",
  "quantity(self.spec.a).isGreaterThan(quantity('1'))",
  "self.spec.names.isSorted() && self.spec.names.max() == 'x'",
  "self.spec.pod.metadata.name == 'x'",
];

/** Expressions of a policy about Deployments and Services that are doubtful for one or both. */
const DOUBTFUL = [
  "object.replicas > 1",
  "object.spec.replicas > 1",
  "object.spec.replicas > 'a'",
  "object.spec.type == 'NodePort'",
  "has(object.spec.strategy)",
  "object.metadata.name.startsWith('a')",
  "object.metadata.labels['a'] == 'b' && object.spec.selector.size() > 0",
  "object.metadata.creationTimestamp < 'a'",
  "oldObject == null || oldObject.spec == object.spec",
  "object.spec.template.spec.containers.all(c, c.img.startsWith('a'))",
  "variables.replicas > 'a'",
  "variables.missing > 'a'",
  "params.data.color == 1",
  "params.colour == 'red'",
];

describeParity("types in expressions", () => {
  for (const [index, rule] of REFUSED.entries()) {
    sameOnBoth(
      `a rule of a definition is refused: ${rule}`,
      async ({ run }) => {
        await run("create -f -", definition(`refused${index}`, rule));
      },
      [/is invalid/],
    );
  }

  sameOnBoth(
    "rules of definitions that go together are accepted",
    async ({ run, quietly }) => {
      for (const [index, rule] of ACCEPTED.entries()) {
        await run("create -f -", definition(`accepted${index}`, rule));
        await quietly(`delete crd accepted${index}s.types.example.com --wait=false`);
      }
    },
    [/created/],
  );

  sameOnBoth(
    "a messageExpression is checked like a rule",
    async ({ run }) => {
      for (const messageExpression of ["self.spec.b", "self.spec.n", "'a' + self.spec.n"]) {
        await run("create -f -", definition("message", "self.spec.n > 1", { messageExpression }));
      }
    },
    [/messageExpression must evaluate to a string/],
  );

  sameOnBoth(
    "rules see times as times, and names that expressions cannot spell",
    async ({ run, quietly, until }) => {
      const rules = [
        "self.spec.at > timestamp('2020-01-01T00:00:00Z')",
        "self.spec.lasts < duration('1h')",
        "self.spec.x__dash__y == 'x'",
      ];
      const kind = "Timed";
      await quietly(["create", "-f", "-"], definition("timed", rules.join(" && ")));
      await until("get crd timeds.types.example.com", /timeds/);
      const object = (name: string, spec: object): object => ({
        apiVersion: "types.example.com/v1",
        kind,
        metadata: { name },
        spec: { at: "2024-01-01T00:00:00Z", lasts: "30m", "x-y": "x", ...spec },
      });
      await until("get timeds -o jsonpath={.kind}", /List/);
      await run("create -f -", object("good", {}));
      await run("create -f -", object("early", { at: "2019-01-01T00:00:00Z" }));
      await run("create -f -", object("long", { lasts: "2h" }));
      await run("create -f -", object("named", { "x-y": "z" }));
      await quietly("delete crd timeds.types.example.com --wait=false");
    },
    [/good created/, /failed rule/],
  );

  for (const expression of DOUBTFUL) {
    sameOnBoth(
      `a policy is told of what its kinds lack: ${expression}`,
      async ({ run, quietly, until, namespace }) => {
        await run("create -f -", policy(namespace, expression));
        await until(
          `get validatingadmissionpolicy ${namespace} -o jsonpath={.status.observedGeneration}`,
          /1/,
        );
        await run(`get validatingadmissionpolicy ${namespace} -o jsonpath={.status.typeChecking}`);
        await quietly(`delete validatingadmissionpolicy ${namespace}`);
      },
      [/created/],
    );
  }

  sameOnBoth(
    "what every request has is checked when a policy is made",
    async ({ run, namespace }) => {
      for (const expression of [
        "request.foo == 'x'",
        "request.userInfo.username > 1",
        "namespaceObject.metadata.foo == 'x'",
        "request.kind.kind == 'Pod' && namespaceObject.metadata.labels.size() > 'a'",
      ]) {
        await run("create -f -", policy(namespace, expression));
      }
    },
    [/undefined field 'foo'/],
  );
});

const inner = { type: "object", properties: { c: { type: "string" } } };
const spec = {
  type: "object",
  properties: {
    a: { type: "string", maxLength: 10 },
    n: { type: "integer" },
    yes: { type: "boolean" },
    at: { type: "string", format: "date-time" },
    lasts: { type: "string", format: "duration" },
    "x-y": { type: "string" },
    inner,
    map: { type: "object", additionalProperties: inner, maxProperties: 10 },
    list: { type: "array", items: inner, maxItems: 10 },
    names: { type: "array", items: { type: "string", maxLength: 10 }, maxItems: 10 },
    size: { "x-kubernetes-int-or-string": true },
    pod: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
  },
};

/** A definition with one rule about its whole objects. */
function definition(singular: string, rule: string, more: object = {}): object {
  const kind = singular.charAt(0).toUpperCase() + singular.slice(1);
  const openAPIV3Schema = {
    type: "object",
    properties: { spec },
    "x-kubernetes-validations": [{ rule, ...more }],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${singular}s.types.example.com` },
    spec: {
      group: "types.example.com",
      scope: "Cluster",
      names: { plural: `${singular}s`, singular, kind },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

function policy(name: string, expression: string): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      matchConstraints: {
        resourceRules: [
          { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] },
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["services"] },
        ],
      },
      variables: [
        { name: "replicas", expression: "object.spec.replicas" },
        { name: "missing", expression: "object.spec.foo" },
      ],
      validations: [{ expression }],
    },
  };
}

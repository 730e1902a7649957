import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("apply and patch", () => {
  sameOnBoth(
    "a second apply changes nothing",
    async ({ run }) => {
      await run("apply -f -", web("nginx:1"));
      await run("apply -f -", web("nginx:1"));
      await run("apply -f -", web("nginx:2"));
      await run("apply -f -", web("nginx:2"));
      await run("diff -f -", web("nginx:2"));
      await run("apply --server-side -f -", configMap({ a: "1" }));
      await run("apply --server-side -f -", configMap({ a: "1" }));
      await run("get configmap map -o jsonpath={.data}");
    },
    [/deployment\.apps\/web unchanged/, /deployment\.apps\/web configured/],
  );

  sameOnBoth(
    "server-side apply guards what another manager owns",
    async ({ run }) => {
      await run("apply --server-side --field-manager=first -f -", configMap({ a: "1", b: "1" }));
      await run("apply --server-side --field-manager=second -f -", configMap({ a: "2" }));
      await run("apply --server-side --field-manager=second --force-conflicts -f -", configMap({ a: "2" }));
      await run("apply --server-side --field-manager=first -f -", configMap({ b: "3" }));
      await run("get configmap map -o jsonpath={.data}");
    },
    [/conflict/, /"a":"2","b":"3"/],
  );

  sameOnBoth(
    "patches of every type do the same",
    async ({ run, until }) => {
      await run("apply -f -", web("nginx:1"));
      await run([
        "patch",
        "deployment",
        "web",
        "-p",
        '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}',
      ]);
      await run("get deployment web -o jsonpath={.spec.template.spec.containers[*].name}");
      await run([
        "patch",
        "deployment",
        "web",
        "-p",
        '{"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}}',
      ]);
      await run([
        "patch",
        "deployment",
        "web",
        "--type=json",
        "-p",
        '[{"op":"replace","path":"/spec/replicas","value":0}]',
      ]);
      await run([
        "patch",
        "deployment",
        "web",
        "--type=merge",
        "-p",
        '{"metadata":{"labels":{"tier":"front"}}}',
      ]);
      // Whether a patch changes anything is told by the object as a whole, to which its controller still writes.
      const settled = "{.metadata.generation}={.status.observedGeneration}:{.status.replicas}";
      await until(`get deployment web -o jsonpath=${settled}`, /^(\d+)=\1:$/);
      await run(["patch", "deployment", "web", "-p", '{"spec":{"replicas":0}}']);
      await run("label deployment web tier-");
      await run(
        "get deployment web -o jsonpath={.spec.replicas}{.metadata.labels}{.spec.template.spec.containers[*].name}",
      );
    },
    [/side/, /patched \(no change\)/],
  );

  sameOnBoth(
    "bad objects are refused with the same words",
    async ({ run }) => {
      await run("apply -f -", {
        ...web("nginx:1"),
        spec: {
          replicas: -1,
          selector: { matchLabels: { a: "b" } },
          template: { metadata: { labels: { c: "d" } }, spec: { containers: [] } },
        },
      });
      await run("apply -f -", { ...web("nginx:1"), spek: {} });
      await run("create configmap Upper_Case");
      await run("apply -f -", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: { containers: [{ name: "A", image: "" }], restartPolicy: "Never" },
      });
      await run("apply -f -", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "s" },
        spec: { ports: [{ port: 0 }] },
      });
      await run("create deployment web --image=nginx");
      await run("create deployment web --image=nginx");
      await run("get deployment missing");
      await run("get nonsense");
      await run("scale deployment web --replicas=-1");
      await run("label deployment web a=b!");
      await run([
        "patch",
        "deployment",
        "web",
        "--type=merge",
        "-p",
        '{"spec":{"selector":{"matchLabels":{"x":"y"}}}}',
      ]);
    },
    [/Invalid value/, /already exists/, /unknown field "spek"/, /not found/, /field is immutable/],
  );

  sameOnBoth(
    "custom resources are checked by their schema",
    async ({ run, until, quietly, namespace }) => {
      const group = `${namespace}.example.com`;
      await quietly("apply -f -", definition(group));
      await until(
        `get customresourcedefinition widgets.${group} -o jsonpath={.status.conditions[*].type}`,
        /Established/,
      );
      const widget = (spec: object) => ({
        apiVersion: `${group}/v1`,
        kind: "Widget",
        metadata: { name: "w" },
        spec,
      });
      await until(`get widgets.${group} -o name --ignore-not-found`, /^$/);
      await run("apply -f -", widget({ size: 3 }));
      await run("apply -f -", widget({ size: 3 }));
      await run("get widgets");
      await run("get widget w -o jsonpath={.spec}");
      await run("apply -f -", widget({ size: 30 }));
      await run("apply -f -", widget({ size: "big" }));
      await run("delete widget w");
      await quietly(`delete customresourcedefinition widgets.${group}`);
    },
    [/created/, /unchanged/, /should be less than or equal to 10/],
  );

  sameOnBoth(
    "a JSON patch that cannot be applied is refused in as few words",
    async ({ run }) => {
      await run("create configmap map --from-literal=a=b");
      await run([
        "patch",
        "configmap",
        "map",
        "--type=json",
        "-p",
        '[{"op":"test","path":"/data/a","value":"c"}]',
      ]);
    },
    [/the server rejected our request due to an error/],
  );

  sameOnBoth(
    "a merge patch with a wrong type is refused for what it is",
    async ({ run }) => {
      await run("create configmap map --from-literal=a=b");
      await run(["patch", "configmap", "map", "--type=merge", "-p", '{"data":{"a":1}}']);
      await run(["patch", "configmap", "map", "--type=merge", "-p", '{"immutable":"yes"}']);
    },
    [/patch: Invalid value: .*cannot unmarshal/],
  );

  sameOnBoth(
    "an unsupported value names the supported ones in order",
    async ({ run }) => {
      const spec = { containers: [{ name: "main", image: "nginx" }], restartPolicy: "Maybe" };
      await run("apply -f -", { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec });
    },
    [/supported values: "Always", "OnFailure", "Never"/],
  );

  sameOnBoth(
    "lists of objects are applied, and unknown kinds refused",
    async ({ run }) => {
      await run("apply -f -", { apiVersion: "v1", kind: "List", items: [configMap({ a: "1" })] });
      await run("create -f -", { apiVersion: "example.com/v1", kind: "Nothing", metadata: { name: "n" } });
    },
    [/configmap\/map created/, /no matches for kind "Nothing" in version "example.com\/v1"/],
  );
});

function web(image: string): object {
  const labels = { app: "web" };
  const containers = [
    { name: "main", image, ports: [{ containerPort: 80 }], env: [{ name: "A", value: "1" }] },
  ];
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
}

function configMap(data: Record<string, string>): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data };
}

function definition(group: string): object {
  const spec = {
    type: "object",
    properties: { size: { type: "integer", maximum: 10 }, level: { type: "string", default: "low" } },
  };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  const columns = [{ name: "Size", type: "integer", jsonPath: ".spec.size" }];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema, additionalPrinterColumns: columns }],
    },
  };
}

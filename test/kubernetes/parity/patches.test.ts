import { describeParity, sameOnBoth } from "./both-clusters.js";

/** JSON patches that Go's library understands otherwise than the RFC, or refuses. */
const JSON_PATCHES = [
  '[{"op":"replace","path":"/data/new","value":"1"}]',
  '[{"op":"replace","path":"/none/new","value":"1"}]',
  '[{"op":"copy","from":"/data/none","path":"/data/copied"}]',
  '[{"op":"test","path":"/data/none","value":null}]',
  '[{"op":"add","path":"data/a","value":"1"}]',
  '[{"op":"add","path":"","value":"1"}]',
  '[{"op":"add","path":"/metadata/labels/a","value":"b"}]',
  '{"op":"add"}',
];

/** Merge patches of what no change may touch, or that are none. */
const MERGE_PATCHES = [
  '{"metadata":{"namespace":"other"}}',
  '{"metadata":{"uid":"other"}}',
  '{"metadata":{"ownerReferences":[{"apiVersion":"v1"}]}}',
  '{"metadata":{"generateName":"x"}}',
  "nonsense",
  "[1]",
];

/** Values of strategic merge patches that are of another type than their field. */
const WRONG_TYPES = [
  '{"data":{"a":1}}',
  '{"data":{"a":true}}',
  '{"data":{"a":1.5}}',
  '{"data":{"a":{}}}',
  '{"data":[]}',
  '{"immutable":"x"}',
  '{"immutable":1}',
  '{"binaryData":{"a":"@@"}}',
  '{"metadata":"x"}',
  '{"kind":"Secret"}',
];

const OF_DEPLOYMENT = [
  '{"spec":{"template":{"spec":{"containers":[{"image":"b"}]}}}}',
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"x"}],"containers":[{"name":"nginx","image":"b"}]}}}}',
  '{"spec":{"replicas":"x"}}',
  '{"spec":{"replicas":1.5}}',
  '{"spec":{"paused":"x"}}',
  '{"spec":{"template":{"spec":{"containers":"x"}}}}',
  '{"spec":{"template":{"spec":"x"}}}',
  '{"spec":{"template":{"spec":{"nodeSelector":"x"}}}}',
  '{"spec":{"template":{"spec":{"serviceAccountName":"a b"}}}}',
  '{"spec":{"template":{"spec":{"nodeName":"A_"}}}}',
];

/** Ephemeral containers that are part of an application, or of no container. */
const EPHEMERAL = [
  { ports: [{ containerPort: 80 }] },
  { targetContainerName: "none" },
  { resources: { limits: { cpu: "1" } }, livenessProbe: { exec: { command: ["a"] } } },
];

describeParity("patches", () => {
  sameOnBoth(
    "of a ConfigMap by each way",
    async ({ run }) => {
      await run("create configmap map --from-literal=a=b");
      for (const [type, patches] of Object.entries({
        json: JSON_PATCHES,
        merge: MERGE_PATCHES,
        strategic: WRONG_TYPES,
      }))
        for (const patch of patches) await run(["patch", "configmap", "map", `--type=${type}`, "-p", patch]);
      await run("get configmap map -o jsonpath={.data}{.metadata.generateName}");
    },
    [/"new":"1"/, /field is immutable/, /unrecognized type: bool/],
  );

  sameOnBoth(
    "of a Deployment with values that are none",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx");
      for (const patch of OF_DEPLOYMENT) await run(["patch", "deployment", "web", "-p", patch]);
      await until("get deployment web", /1\/1/);
      await run("get deployment web --subresource=scale");
    },
    [/doesn't match \$setElementOrder list/, /cannot convert float64 to int32/, /DESIRED/],
  );

  sameOnBoth(
    "of a pod beyond what may change",
    async ({ run }) => {
      const tolerations = [{ key: "q", operator: "Exists" }];
      const containers = [{ name: "main", image: "x" }];
      await run("create -f -", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: { containers, tolerations },
      });
      const patch = (spec: object, ...more: string[]) =>
        run(["patch", "pod", "p", "--type=merge", "-p", JSON.stringify({ spec }), ...more]);
      await patch({ activeDeadlineSeconds: 100 });
      await patch({ activeDeadlineSeconds: 200 });
      await patch({ activeDeadlineSeconds: null });
      await patch({ tolerations: [] });
      await patch({ schedulingGates: [{ name: "a" }] });
      await patch({ containers: [...containers, { name: "two", image: "x" }] });
      for (const more of EPHEMERAL) {
        const ephemeralContainers = [{ name: "e", image: "x", ...more }];
        await patch({ ephemeralContainers }, "--subresource=ephemeralcontainers");
      }
    },
    [/less than or equal to previous value/, /may not add or remove containers/, /Ephemeral Container/],
  );

  sameOnBoth(
    "applied by the server are read by the schema",
    async ({ run }) => {
      const apply = (more: object) =>
        run("apply --server-side -f -", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "m" },
          ...more,
        });
      await apply({ foo: 1 });
      await apply({ data: { a: 1 } });
      await apply({ data: ["a"] });
      await apply({ data: { a: null } });
      await run("get configmap m -o jsonpath={.data}");
    },
    [/field not declared in schema/, /expected string, got/],
  );
});

import { describeParity, sameOnBoth } from "./both-clusters.js";
import type { Session } from "./both-clusters.js";
import { claim, kind, service, template, volume } from "./invalid-objects/objects.js";

type Run = Session["run"];

function patching(run: Run, resource: string): (name: string, patch: object) => Promise<unknown> {
  return (name, patch) => run(["patch", resource, name, "--type=merge", "--patch", JSON.stringify(patch)]);
}

function affinity(...nodeSelectorTerms: object[]): object {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

describeParity("changes of what is there", () => {
  sameOnBoth(
    "services go from type to type, and give up what they had for it",
    async ({ run }) => {
      const change = patching(run, "service");
      await run("create service nodeport s --tcp=80");
      await change("s", { spec: { clusterIP: "10.96.0.99" } });
      await change("s", { spec: { type: "ExternalName", externalName: "a.b" } });
      await run("get service s -o jsonpath={.spec}");
      await change("s", { spec: { type: "ClusterIP", externalName: null } });
      await change("s", { spec: { clusterIP: "None" } });
      for (const type of ["LoadBalancer", "NodePort", "ClusterIP"]) await change("s", { spec: { type } });
      const fields = ["type", "externalTrafficPolicy", "allocateLoadBalancerNodePorts", "sessionAffinity"];
      await run(`get service s -o jsonpath=${fields.map((field) => `{.spec.${field}}`).join("")}`);
      await run("create service loadbalancer l --tcp=80");
      await change("l", { spec: { externalTrafficPolicy: "Local" } });
      await change("l", { spec: { type: "ClusterIP" } });
      await change("l", { spec: { sessionAffinity: "ClientIP" } });
      await change("l", { spec: { sessionAffinity: "None" } });
      await run("get service l -o jsonpath={.spec.sessionAffinity}{.spec.sessionAffinityConfig}");
      await run("create -f -", { ...service({}), metadata: { name: "h" }, spec: { clusterIP: "None" } });
      await change("h", { spec: { type: "NodePort" } });
    },
    [/may not change once set/, /may not be set to 'None'/],
  );

  sameOnBoth(
    "claims say what of them does not change, and show it",
    async ({ run }) => {
      const change = patching(run, "pvc");
      await run("create -f -", claim({}));
      await change("x", { spec: { accessModes: ["ReadWriteMany"] } });
      await change("x", { spec: { resources: { requests: { storage: "2Gi" } } } });
      await change("x", { spec: { resources: { requests: { storage: "500Mi" } } } });
      await change("x", { spec: { storageClassName: "other" } });
      await change("x", { spec: { selector: { matchLabels: { a: "b" } } } });
      await change("x", { spec: { volumeMode: "Block" } });
      await change("x", { spec: { volumeName: "a" } });
      await change("x", { spec: { volumeName: "b" } });
    },
    [/"VolumeName": "b"/],
  );

  sameOnBoth(
    "classes, volumes, quotas and slices keep what they were made with",
    async ({ run, quietly, namespace }) => {
      const own = (object: object): object => ({ ...object, metadata: { name: namespace } });
      const made: [string, object, object[]][] = [
        [
          "storageclass",
          { ...kind("storage.k8s.io/v1", "StorageClass"), provisioner: "a/b" },
          [
            { provisioner: "c/d" },
            { parameters: { a: "b" } },
            { reclaimPolicy: "Retain" },
            { volumeBindingMode: "WaitForFirstConsumer" },
            { allowVolumeExpansion: true },
          ],
        ],
        [
          "priorityclass",
          { ...kind("scheduling.k8s.io/v1", "PriorityClass"), value: 5 },
          [{ value: 6 }, { preemptionPolicy: "Never" }, { description: "five" }],
        ],
        ["runtimeclass", { ...kind("node.k8s.io/v1", "RuntimeClass"), handler: "a" }, [{ handler: "b" }]],
        [
          "ingressclass",
          { ...kind("networking.k8s.io/v1", "IngressClass"), spec: { controller: "a.b/c" } },
          [{ spec: { controller: "a.b/d" } }],
        ],
        [
          "persistentvolume",
          volume({ hostPath: { path: "/a" }, storageClassName: "m" }),
          [{ spec: { volumeMode: "Block" } }, { spec: { capacity: { storage: "2Gi" } } }],
        ],
        [
          "resourcequota",
          { ...kind("v1", "ResourceQuota"), spec: { hard: { pods: "1" }, scopes: ["BestEffort"] } },
          [{ spec: { scopes: ["NotBestEffort"] } }, { spec: { hard: { pods: "2" } } }],
        ],
        [
          "endpointslice",
          { ...kind("discovery.k8s.io/v1", "EndpointSlice"), addressType: "IPv4", endpoints: [] },
          [{ addressType: "IPv6" }],
        ],
      ];
      for (const [resource, object, changes] of made) {
        await run("create -f -", own(object));
        for (const change of changes) await patching(run, resource)(namespace, change);
        await quietly(`delete ${resource} ${namespace} --wait=false`);
      }
    },
    [/updates to provisioner are forbidden/, /may not be changed in an update/, /field is immutable/],
  );

  sameOnBoth(
    "a gated pod may only be narrowed, and gets its tolerations back",
    async ({ run }) => {
      const change = patching(run, "pod");
      const term = { matchExpressions: [{ key: "a", operator: "Exists" }] };
      await run("create -f -", {
        ...kind("v1", "Pod"),
        spec: {
          ...(template() as { spec: object }).spec,
          schedulingGates: [{ name: "g" }],
          affinity: affinity(term),
        },
      });
      await change("x", { spec: { affinity: affinity({}) } });
      await change("x", { spec: { affinity: affinity(term, term) } });
      await change("x", { spec: { tolerations: [] } });
      await change("x", { spec: { nodeSelector: { a: "b" } } });
      await change("x", { spec: { nodeSelector: { a: "c" } } });
    },
    [/"Values":null/, /no change/],
  );
});

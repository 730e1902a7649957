import { describeParity, sameOnBoth } from "./both-clusters.js";
import { deployment, kind, pod, template } from "./invalid-objects/objects.js";

const CREATE = "create --filename=- --dry-run=server --validate=ignore";
const OLD_LABEL = "beta.kubernetes.io/os";

const terms = [{ matchExpressions: [{ key: OLD_LABEL, operator: "Exists" }] }];
const items = [{ key: "k", path: "x" }];
const below = [{ key: "k", path: "x/y" }];
const projected = {
  sources: [{ configMap: { name: "a", items } }, { configMap: { name: "b", items: below } }],
};

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1500m" } } };

const noted = (annotations: Record<string, string>): object => ({
  ...pod({}),
  metadata: { name: "x", annotations },
});
const ports = (...given: object[]): object => pod({ ports: given });
const volume = (source: object): object => pod({}, { volumes: [{ name: "v", ...source }] });
const other = (...given: object[]): object => ({ name: "other", image: "nginx", ports: given });

const PODS = [
  pod({}, { nodeSelector: { [OLD_LABEL]: "linux" } }),
  pod({}, { nodeSelector: { "failure-domain.beta.kubernetes.io/zone": "a" } }),
  pod(
    {},
    {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: terms[0] }],
        },
      },
    },
  ),
  pod(
    {},
    {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "a" }] },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: { topologyKey: "a" } },
          ],
        },
      },
    },
  ),
  pod(
    {},
    {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: OLD_LABEL, whenUnsatisfiable: "DoNotSchedule" }],
    },
  ),
  noted({ "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" }),
  noted({ "container.apparmor.security.beta.kubernetes.io/main": "runtime/default" }),
  noted({ "scheduler.alpha.kubernetes.io/critical-pod": "" }),
  volume({ gitRepo: { repository: "x" } }),
  volume({ storageos: { volumeName: "a" } }),
  volume({ cephfs: { monitors: ["a"] } }),
  volume({ projected }),
  pod({}, { hostAliases: [{ ip: "1.1.1.1" }, { ip: "1.1.1.1" }] }),
  pod({}, { imagePullSecrets: [{ name: "" }, { name: "a" }, { name: "a" }] }),
  pod({ resources: { requests: { memory: "100m" }, limits: { memory: "1500m" } } }),
  pod({ resources: { requests: { "ephemeral-storage": "100m", cpu: "100m" } } }),
  pod({ env: [{ name: "A" }, { name: "A" }, { name: "A", value: "$(A)2" }] }),
  ports({ containerPort: 80 }, { containerPort: 80, name: "x" }),
  ports({ containerPort: 80, hostPort: 90 }, { containerPort: 80 }),
  ports({ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }),
  pod({ ports: [{ containerPort: 80, name: "x" }] }, { initContainers: [other({ containerPort: 80 })] }),
  pod(
    { ports: [{ containerPort: 80, name: "x" }] },
    { initContainers: [other({ containerPort: 80, name: "x" })] },
  ),
  volume({ ephemeral: { volumeClaimTemplate: { spec: claim } } }),
  { ...pod({}), metadata: { name: "x.y" } },
];

const persistent = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] };
const selector = { matchLabels: { app: "x" } };
const named = { metadata: { name: "x.y" } };
const job = { template: template({ restartPolicy: "Never", nodeSelector: { [OLD_LABEL]: "linux" } }) };

const OTHERS = [
  { ...kind("batch/v1", "CronJob"), ...named, spec: { schedule: "1 * * * *", jobTemplate: { spec: job } } },
  { ...kind("batch/v1", "Job"), ...named, spec: job },
  { ...deployment({ template: template({}) }), ...named },
  { ...kind("apps/v1", "ReplicaSet"), ...named, spec: { selector, template: template({}) } },
  { ...kind("v1", "ReplicationController"), ...named, spec: { template: template({}) } },
  { ...kind("apps/v1", "DaemonSet"), ...named, spec: { selector, template: template({}) } },
  {
    ...kind("apps/v1", "StatefulSet"),
    ...named,
    spec: {
      serviceName: "a",
      selector,
      template: template({}),
      volumeClaimTemplates: [{ metadata: { name: "a" }, spec: claim }],
    },
  },
  {
    ...kind("v1", "Service"),
    spec: {
      clusterIP: "None",
      ports: [{ port: 1 }],
      sessionAffinity: "ClientIP",
      externalIPs: ["1.2.3.4"],
      loadBalancerIP: "1.2.3.4",
      trafficDistribution: "PreferClose",
    },
  },
  {
    ...kind("v1", "PersistentVolume"),
    spec: {
      ...persistent,
      cephfs: { monitors: ["a"] },
      persistentVolumeReclaimPolicy: "Recycle",
      nodeAffinity: { required: { nodeSelectorTerms: terms } },
    },
  },
  { ...kind("v1", "PersistentVolume"), spec: { ...persistent, storageos: { volumeName: "a" } } },
  { ...kind("v1", "PersistentVolume"), spec: { ...persistent, glusterfs: { endpoints: "a", path: "b" } } },
  deployment({ template: template({ nodeSelector: { [OLD_LABEL]: "linux" }, imagePullSecrets: [{}] }) }),
  {
    ...kind("batch/v1", "Job"),
    spec: { template: template({ restartPolicy: "Never", nodeSelector: { [OLD_LABEL]: "linux" } }) },
  },
  {
    ...kind("v1", "Service"),
    spec: { type: "ExternalName", externalName: "a.b", externalIPs: ["1.2.3.4"] },
  },
  {
    ...kind("v1", "Service"),
    spec: { clusterIP: "None", ports: [{ port: 1 }], sessionAffinity: "ClientIP" },
  },
  {
    ...kind("v1", "PersistentVolumeClaim"),
    metadata: { name: "x", annotations: { "volume.beta.kubernetes.io/storage-class": "y" } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1m" } } },
  },
  {
    ...kind("v1", "PersistentVolume"),
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Recycle",
      hostPath: { path: "/tmp" },
    },
  },
  {
    ...kind("networking.k8s.io/v1", "Ingress"),
    metadata: { name: "x", annotations: { "kubernetes.io/ingress.class": "y" } },
    spec: { defaultBackend: { service: { name: "a", port: { number: 1 } } } },
  },
  {
    ...kind("node.k8s.io/v1", "RuntimeClass"),
    handler: "a",
    scheduling: { nodeSelector: { [OLD_LABEL]: "x" } },
  },
  {
    ...kind("discovery.k8s.io/v1", "EndpointSlice"),
    addressType: "FQDN",
    endpoints: [{ addresses: ["a.b"] }],
  },
];

describeParity("what a server warns of", () => {
  sameOnBoth(
    "in pods is the same",
    async ({ run }) => {
      for (const object of PODS) await run(CREATE, object);
    },
    [/Warning: spec\.nodeSelector\[beta/, /hides previous definition/, /overlapping port definition/],
  );

  sameOnBoth(
    "in other kinds is the same",
    async ({ run }) => {
      for (const object of OTHERS) await run(CREATE, object);
    },
    [/Warning: spec\.template\.spec\.nodeSelector/, /FQDN endpoints are deprecated/],
  );

  sameOnBoth(
    "is said again when the desired state is changed, and only then",
    async ({ run }) => {
      const object = { metadata: { name: "web" } };
      const spec = template({ nodeSelector: { [OLD_LABEL]: "linux" } });
      await run("create --filename=-", { ...deployment({ replicas: 0, template: spec }), ...object });
      await run("annotate deployment web note=x");
      await run("label deployment web note=x");
      await run("scale deployment web --replicas=1");
      await run("set image deployment/web main=nginx:2");
    },
    [/Warning: spec\.template\.spec\.nodeSelector/],
  );
});

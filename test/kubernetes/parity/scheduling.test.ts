import { describeParity, sameOnBoth } from "./both-clusters.js";
import type { Session } from "./both-clusters.js";

describeParity("pods and the node", () => {
  const cases: Record<string, { first?: object; spec: object; labels?: object }> = {
    "a claim that is not there": { spec: withClaim("none") },
    "an anti-affinity": { first: {}, spec: { affinity: { podAntiAffinity: beside("first") } } },
    "an anti-affinity of another": { first: { affinity: { podAntiAffinity: beside("late") } }, spec: {} },
    "an affinity to nobody": { spec: { affinity: { podAffinity: beside("nobody") } } },
    "a host port that is taken": { first: withHostPort(), spec: withHostPort() },
    "a spread over places that are none": { spec: spreadBy("example.com/rack", 1) },
    "a spread over more places than there are": {
      first: spreadBy("kubernetes.io/hostname", 2),
      spec: spreadBy("kubernetes.io/hostname", 2),
    },
    "more than the node has": { spec: asking({ cpu: "5000", memory: "9000Gi" }) },
  };
  for (const [what, { first, spec }] of Object.entries(cases)) {
    sameOnBoth(
      `a pod with ${what} is told the same`,
      async (session) => {
        const { run, until } = session;
        if (first !== undefined) {
          await run("create -f -", pod("first", first));
          await until("get pod first -o jsonpath={.status.phase}", /Running/);
        }
        await run("create -f -", pod("late", spec));
        await toldWhy(session);
      },
      [/Unschedulable 0\/1 nodes are available/],
    );
  }

  sameOnBoth(
    "a claim nobody can satisfy keeps its pod waiting, and a volume ends that",
    async (session) => {
      const { run, until, namespace } = session;
      const className = `manual-${namespace}`;
      await run("create -f -", claim("data", className));
      await until("get events --field-selector reason=ProvisioningFailed -o name", /event/);
      await run("get events --field-selector reason=ProvisioningFailed -o jsonpath={.items[0].message}");
      await run("create -f -", pod("late", withClaim("data")));
      await toldWhy(session);
      await run("create -f -", volume(`volume-${namespace}`, className));
      await until("get pvc data -o jsonpath={.status.phase}", /Bound/);
      await run("get pvc data");
      await run("get pvc data -o jsonpath={.metadata.finalizers}{.metadata.annotations}{.status}");
      await run(`get pv volume-${namespace}`);
      await run(`get pv volume-${namespace} -o jsonpath={.metadata.finalizers}{.metadata.annotations}`);
      await until("get pod late -o jsonpath={.status.phase}", /Running/);
      await run("delete pvc data --wait=false");
      await run("get pvc data -o jsonpath={.metadata.finalizers}");
      await run("delete pod late --force --grace-period=0");
      await until("get pvc -o name", /^$/);
      await until(`get pv volume-${namespace} -o jsonpath={.status.phase}`, /Released/);
      await run(`delete pv volume-${namespace}`);
    },
    [/pvc-protection/, /bind-completed/],
  );

  sameOnBoth(
    "a gate holds a pod and says so",
    async ({ run }) => {
      await run("create -f -", pod("gated", { schedulingGates: [{ name: "example.com/hold" }] }));
      await run("get pod gated");
      await run("get pod gated -o jsonpath={.status.conditions[*].reason}{.status.conditions[*].message}");
    },
    [/SchedulingGated/],
  );
});

async function toldWhy({ run, until }: Session): Promise<void> {
  const condition = "jsonpath={.status.conditions[0].reason} {.status.conditions[0].message}";
  await until(["get", "pod", "late", "-o", condition], /Unschedulable/);
  await run(["get", "pod", "late", "-o", condition]);
  await until("get events --field-selector reason=FailedScheduling -o name", /event/);
  await run("get events --field-selector reason=FailedScheduling -o jsonpath={.items[0].message}");
}

function pod(name: string, spec: object): object {
  const containers = [{ name: "main", image: "nginx:1" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name } },
    spec: { containers, ...spec },
  };
}

function withClaim(claimName: string): object {
  return { volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] };
}

/** Counts the pods of every case, which are labelled by their names. */
function spreadBy(topologyKey: string, minDomains: number): object {
  const matchExpressions = [{ key: "app", operator: "In", values: ["first", "late"] }];
  const labelSelector = { matchExpressions };
  const constraint = {
    maxSkew: 1,
    minDomains,
    topologyKey,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector,
  };
  return { topologySpreadConstraints: [constraint] };
}

function withHostPort(): object {
  return { containers: [{ name: "main", image: "nginx:1", ports: [{ containerPort: 80, hostPort: 8080 }] }] };
}

function asking(requests: object): object {
  return { containers: [{ name: "main", image: "nginx:1", resources: { requests } }] };
}

function beside(app: string): object {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" };
  return { requiredDuringSchedulingIgnoredDuringExecution: [term] };
}

function claim(name: string, storageClassName: string): object {
  const resources = { requests: { storage: "1Gi" } };
  const spec = { accessModes: ["ReadWriteOnce"], resources, storageClassName };
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name }, spec };
}

function volume(name: string, storageClassName: string): object {
  const spec = {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    storageClassName,
    hostPath: { path: "/data" },
  };
  return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec };
}

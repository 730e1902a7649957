import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { ENFORCED_CONFIG_MAP } from "../../policy/common/engine-names.js";
import { countsOf } from "../../workshop/common/budget.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { installSessionGuard } from "../../workshop/node/session-guard.js";
import { createSession } from "../../workshop/node/sessions.js";
import type { TestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
const RULES = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
const CLUSTER_ROLE_BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const ANOTHER = "another-installer";
/** A new ValidatingAdmissionPolicy is in force within a second or two. */
const IN_FORCE_MS = 15_000;

/** By address, by a name of this machine, which no lab may reach, and by one that leads nowhere. */
const LISTED = [
  { host: "203.0.113.9", port: 443 },
  { host: "localhost", port: 443 },
  { host: "nowhere.invalid", port: 443 },
];

let platform: TestPlatform;
let session: SessionResource;

/** What one learner may put into a cluster that others share, claimed of any cluster. */
export function describeLimits(title: string, startPlatform: () => Promise<TestPlatform>): void {
  describe(title, () => {
    beforeAll(async () => {
      platform = await startPlatform();
      const lab = { ...(await loadLab(page)), egress: LISTED };
      const wanted = await createSession(platform.client, lab, { startedBy: "learner" });
      session = await platform.provisioner.provision(wanted, lab);
      await inForce();
    });
    afterAll(() => platform?.close());

    objects();
    exposure();
    isolation();
  });
}

function objects(): void {
  it("counts every kind its role lets the learner make, and no other", async () => {
    const quota = await platform.client.get<{ spec: { hard: Record<string, string> } }>(
      `${namespacePath()}/resourcequotas/learner`,
    );
    const counted = Object.keys(quota.spec.hard).flatMap((name) => name.split("count/")[1] ?? []);
    const allowed = (await kubectl("api-resources", "--namespaced", "--verbs=create,list", "-o", "name"))
      .split("\n")
      .map((name) => name.trim());
    const may = await Promise.all(allowed.map(async (name) => ((await mayCreate(name)) ? [name] : [])));
    expect(counted.toSorted()).toEqual(
      may
        .flat()
        .filter((name) => !/^events\b/.test(name))
        .toSorted(),
    );
    expect(counted).toEqual(
      expect.arrayContaining(["configmaps", "deployments.apps", "leases.coordination.k8s.io"]),
    );
  });

  it("refuses the next object of a kind when there are as many as may", async () => {
    const { others } = countsOf("medium");
    const items = Array.from({ length: others + 5 }, (_, index) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `filler-${String(index)}` },
    }));
    await expect(apply({ apiVersion: "v1", kind: "List", items })).rejects.toThrow(
      /exceeded quota: learner, requested: count\/configmaps=1/,
    );
    const made = await kubectl("get", "configmaps", "-o", "name");
    expect(made.split("\n").length).toBeLessThanOrEqual(others);
    await kubectl(
      "delete",
      "configmaps",
      ...items.map(({ metadata }) => metadata.name),
      "--ignore-not-found",
    );
  });

  it("refuses events, which no quota counts", async () => {
    const involvedObject = { kind: "Pod", name: "x", namespace: session.spec.namespace };
    const event = { apiVersion: "v1", kind: "Event", metadata: { name: "mine" }, involvedObject };
    await expect(apply(event)).rejects.toThrow(/written by the cluster alone/);
  });
}

function exposure(): void {
  it.each(["NodePort", "LoadBalancer"])("refuses a service of type %s", async (type) => {
    await expect(apply(service("exposed", { type }))).rejects.toThrow(/exceeded quota: learner, /);
  });

  it("refuses external IPs, made or added later, and takes a plain service", async () => {
    const taken = { externalIPs: ["203.0.113.7"] };
    await expect(apply(service("greedy", taken))).rejects.toThrow(/may not take external IPs/);
    await apply(service("plain", {}));
    await expect(kubectl("patch", "service", "plain", "-p", JSON.stringify({ spec: taken }))).rejects.toThrow(
      /may not take external IPs/,
    );
  });

  it.each(["system-node-critical", "system-cluster-critical"])(
    "refuses a pod of priority %s",
    async (name) => {
      await expect(apply(pod("important", { priorityClassName: name }))).rejects.toThrow(
        /exceeded quota: learner-system-priority/,
      );
      await apply(pod("ordinary", {}));
    },
  );
}

function isolation(): void {
  const policies = "networkpolicies.networking.k8s.io";

  it("lets the session's pods out to each other, DNS and what the lab lists alone", async () => {
    const { spec } = await platform.client.get<{ spec: { policyTypes: string[]; egress: object[] } }>(
      `/apis/networking.k8s.io/v1/namespaces/${session.spec.namespace}/networkpolicies/learner`,
    );
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec.egress[0]).toEqual({ to: [{ podSelector: {} }] });
    for (const rule of spec.egress) expect(Object.keys(rule)).toContain("to");
    expect(spec.egress.at(-1)).toEqual({
      to: [{ ipBlock: { cidr: "203.0.113.9/32" } }],
      ports: [{ port: 443, protocol: "TCP" }],
    });
    expect(JSON.stringify(spec.egress)).not.toMatch(/0\.0\.0\.0\/0|127\.0\.0\.1|::1/);
  });

  it("keeps the isolation from being deleted one by one, all at once, changed or replaced", async () => {
    const path = `/apis/networking.k8s.io/v1/namespaces/${session.spec.namespace}/networkpolicies`;
    const stays = /keeps sessions apart/;
    await expect(kubectl("delete", policies, "learner")).rejects.toThrow(stays);
    await expect(kubectl("delete", policies, "--all")).rejects.toThrow(stays);
    await expect(kubectl("delete", "--raw", path)).rejects.toThrow(stays);
    await expect(kubectl("patch", policies, "learner", "-p", '{"spec":{"egress":[{}]}}')).rejects.toThrow(
      stays,
    );
    await expect(kubectl("label", policies, "learner", "mine=yes")).rejects.toThrow(stays);
  });

  it("trusts every account that may make sessions, whoever of them installed the guard last", async () => {
    const path = `/apis/networking.k8s.io/v1/namespaces/${session.spec.namespace}/networkpolicies/learner`;
    const another = await anotherInstaller();
    try {
      await installSessionGuard(another);
      await sleep(IN_FORCE_MS / 10);
      for (const client of [platform.client, another])
        await client.merge(path, { metadata: { annotations: { touched: String(Date.now()) } } });
      await expect(kubectl("label", policies, "learner", "mine=yes")).rejects.toThrow(/keeps sessions apart/);
    } finally {
      another.close();
      await platform.client.remove(`${CLUSTER_ROLE_BINDINGS}/${ANOTHER}`);
    }
  });

  it.each([
    ["everything", {}],
    ["every address", { to: [] }],
    ["an address", { to: [{ ipBlock: { cidr: "169.254.169.254/32" } }] }],
    ["other namespaces", { to: [{ namespaceSelector: {} }] }],
    [
      "other namespaces beside its own",
      { to: [{ podSelector: {} }, { namespaceSelector: {}, podSelector: {} }] },
    ],
  ])("refuses a policy of the learner that lets out to %s", async (_what, rule) => {
    await expect(apply(networkPolicy([rule]))).rejects.toThrow(/may only name pods of its own namespace/);
  });

  it("takes a policy that closes, or opens to own pods, and lets it be changed and deleted", async () => {
    await apply(networkPolicy([]));
    await apply(networkPolicy([{ to: [{ podSelector: { matchLabels: { app: "mine" } } }] }]));
    await expect(apply(networkPolicy([{}]))).rejects.toThrow(/may only name pods/);
    expect(await kubectl("delete", policies, "mine")).toContain("deleted");
  });

  it("keeps the image policies' parameters when all config maps are deleted at once", async () => {
    const { organization, namespace } = session.spec;
    await platform.policies.service.createOwnWorkspace({ organization, name: "own" });
    const address = { organization, cluster: `${namespace}-cluster`, namespace, workspace: "own" };
    await platform.policies.service.attachNamespace(address);
    const before = await parameters();
    await expect(
      kubectl(
        "delete",
        "--raw",
        `${namespacePath()}/configmaps?fieldSelector=metadata.name%3D${ENFORCED_CONFIG_MAP}`,
      ),
    ).rejects.toThrow(/holds the image policies of the namespace/);
    await expect(kubectl("delete", "--raw", `${namespacePath()}/configmaps`)).rejects.toThrow(
      /image policies/,
    );
    expect(await parameters()).toBe(before);
  });
}

async function parameters(): Promise<string> {
  const path = `${namespacePath()}/configmaps/${ENFORCED_CONFIG_MAP}`;
  const { metadata } = await platform.client.get<{ metadata: { uid: string } }>(path);
  return metadata.uid;
}

/** As the cluster itself judges the learner's account. */
async function mayCreate(name: string): Promise<boolean> {
  const [resource, ...group] = name.split(".");
  const { namespace } = session.spec;
  const resourceAttributes = { namespace, verb: "create", resource, group: group.join(".") };
  const user = `system:serviceaccount:${namespace}:learner`;
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: { user, groups, resourceAttributes },
  };
  return (await platform.client.create<{ status: { allowed: boolean } }>(RULES, review)).status.allowed;
}

/** A cluster's administrator of another name than the one the platform runs as. */
async function anotherInstaller(): Promise<KubernetesClient> {
  await platform.client.create(CLUSTER_ROLE_BINDINGS, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: ANOTHER },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: ANOTHER }],
  });
  const config = new KubeConfig();
  const [cluster, user] = [platform.kubeConfig.getCurrentCluster(), platform.kubeConfig.getCurrentUser()];
  if (!cluster || !user) throw new Error("the platform's kubeconfig has no context");
  config.loadFromClusterAndUser(cluster, { ...user, impersonateUser: ANOTHER });
  return new KubernetesClient(config);
}

async function inForce(): Promise<void> {
  const deadline = Date.now() + IN_FORCE_MS;
  for (;;) {
    const refused = await apply(networkPolicy([{}])).then(
      () => false,
      (error: Error) => error.message.includes("own namespace"),
    );
    if (refused) return;
    if (Date.now() > deadline) throw new Error("the guard of sessions' network policies does not refuse");
    await kubectl("delete", "networkpolicy", "mine", "--ignore-not-found");
    await sleep(200);
  }
}

function service(name: string, spec: object): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

function pod(name: string, spec: object): object {
  const containers = [{ name: "main", image: "busybox:1.36" }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
}

function networkPolicy(egress: object[]): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "mine" },
    spec: { podSelector: {}, policyTypes: ["Egress"], egress },
  };
}

function namespacePath(): string {
  return `/api/v1/namespaces/${session.spec.namespace}`;
}

/** Applies the object as the learner; throws what kubectl says where it is refused. */
function apply(object: object): Promise<string> {
  const script = 'printf %s "$1" | kubectl apply -f -';
  return inside("sh", "-c", script, "sh", JSON.stringify(object));
}

function kubectl(...args: string[]): Promise<string> {
  return inside("kubectl", ...args);
}

async function inside(...argv: string[]): Promise<string> {
  const result = await platform.host.exec(session.metadata.name, { argv, timeoutMs: 20_000 });
  const [stdout, stderr] = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString("utf8"));
  if (result.exitStatus !== 0) throw new Error(stderr);
  return (stdout ?? "").trim();
}

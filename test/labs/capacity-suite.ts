import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { CapacityReport } from "../../workshop/common/capacity.js";
import { runCli } from "../server/lectern-process.js";
import type { TestCluster } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
const GIB = 2 ** 30;

/** The same claims about what the nodes of any cluster can take. */
export function describeCapacity(title: string, startCluster: () => Promise<TestCluster>): void {
  describe(title, () => {
    let cluster: TestCluster;
    let client: KubernetesClient;

    beforeAll(async () => {
      cluster = await startCluster();
      const config = new KubeConfig();
      config.loadFromFile(cluster.kubeconfigPath);
      client = new KubernetesClient(config);
    });
    afterAll(async () => {
      client?.close();
      await cluster?.close();
    });

    it("reckons what ready nodes have beyond the requests of the pods that run on them", async () => {
      const before = await nodes();
      await makeNode("made-up-1");
      await makeNode("made-up-2");
      await makeNode("made-up-cordoned", { unschedulable: true });
      await expect.poll(async () => (await nodes()).cpu - before.cpu, { timeout: 60_000 }).toBeCloseTo(8);
      await runPod("small", { requests: { cpu: "500m", memory: "1Gi" } });
      await runPod("before", { requests: { cpu: "100m" } }, { requests: { cpu: "1", memory: "2Gi" } });
      const after = await nodes();
      expect(after.cpu - before.cpu).toBeCloseTo(8 - 0.5 - 1);
      expect((after.memory - before.memory) / GIB).toBeCloseTo(16 - 1 - 2);
      expect(after.pods - before.pods).toBe(2 * 110 - 2);
      expect(after.report.notes).toContainEqual("The node made-up-cordoned takes no pods: it is cordoned.");
      const cpu = after.report.rows.find(({ where, name }) => where === "nodes" && name === "cpu");
      // The lab has the budget medium: two processors.
      expect(cpu?.enoughForAll).toBe(Math.floor(after.cpu / 2));
    });

    it("prints a table that says what ends first", async () => {
      const { output } = await capacity();
      expect(output).toMatch(
        /^WHERE +RESOURCE +FREE +A SESSION TAKES +ENOUGH FOR +AND MAY TAKE +ENOUGH FOR$/m,
      );
      expect(output).toMatch(/^nodes +memory +[\d.]+ GiB +- +- +2 GiB +\d+$/m);
      expect(output).toMatch(
        /^There is (no )?room for 3 sessions of one-page: \w+ of the \w+ ends first, at \d+\.$/m,
      );
      expect(output).toMatch(/^Where each takes all it may there is .+ of the (machine|nodes) ends first/m);
    });

    it("reckons with a pod for each session's shells where sessions have one, and not with this machine", async () => {
      const report = JSON.parse((await capacity("--json", "--shells", "pods")).output) as CapacityReport;
      const takes = Object.fromEntries(
        report.rows.map(({ where, name, ...row }) => [`${where} ${name}`, row.takes]),
      );
      expect(takes).toMatchObject({ "nodes cpu": 0.05, "nodes memory": GIB / 8, "nodes pods": 1 });
      expect(Object.keys(takes).filter((name) => name.startsWith("machine"))).toEqual([]);
      const cpu = report.rows.find(({ name }) => name === "cpu");
      expect(cpu?.enoughFor).toBe(Math.floor((cpu?.free ?? 0) / 0.05));
      // The budget medium and the one processor of a shell.
      expect(cpu?.mayTake).toBe(3);
      expect(report.endsFirst?.where).toBe("nodes");
    });

    function capacity(...flags: string[]) {
      return runCli([
        "capacity",
        "--sessions",
        "3",
        "--lab",
        page,
        "--kubeconfig",
        cluster.kubeconfigPath,
        ...flags,
      ]);
    }

    async function nodes() {
      const report = JSON.parse((await capacity("--json")).output) as CapacityReport;
      const free = (wanted: string) =>
        report.rows.find(({ where, name }) => where === "nodes" && name === wanted)?.free ?? Number.NaN;
      return { report, cpu: free("cpu"), memory: free("memory"), pods: free("pods") };
    }

    async function makeNode(name: string, spec = {}): Promise<void> {
      const quantities = { cpu: "4", memory: "8Gi", pods: "110" };
      const now = new Date().toISOString();
      const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "made up" };
      const status = {
        allocatable: quantities,
        capacity: quantities,
        conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
      };
      // At once, as kubelets register: whoever simulates nodes would make up what it does not find.
      await client.create("/api/v1/nodes", {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name },
        spec,
        status,
      });
      await client.merge(`/api/v1/nodes/${name}/status`, { status });
    }

    /** A pod on the first node, as the scheduler leaves it there. */
    async function runPod(name: string, resources: object, before?: object): Promise<void> {
      const container = { name: "main", image: "example.org/nothing:1", resources };
      const initContainers = before
        ? [{ name: "before", image: "example.org/nothing:1", resources: before }]
        : [];
      await client.create("/api/v1/namespaces/default/pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec: {
          nodeName: "made-up-1",
          automountServiceAccountToken: false,
          tolerations: [{ operator: "Exists" }],
          containers: [container],
          initContainers,
        },
      });
    }
  });
}

import {
  AppsV1Api,
  CustomObjectsApi,
  KubernetesObjectApi,
  type KubeConfig,
} from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Violation } from "../../../policy/common/tmc-api.js";
import { POLICY_REPORTS, type PolicyReport, REPORT_NAME } from "../../../policy/node/audit/policy-report.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { deployment, eventually, gone, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-audit";
const namespace = organization;
const workspace = "audited-ws";
const cluster = `${organization}-cluster`;

function nightly(spec: object) {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace },
    spec: { schedule: "0 3 1 1 *", jobTemplate: { spec: { template: { spec } } } },
  };
}

/** The claims about what is told of workloads that run against policies, made about any cluster. */
export function describeAudit(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let apps: AppsV1Api;
    let custom: CustomObjectsApi;
    let kubeConfig: KubeConfig;
    let controller = new AbortController();

    const control = () => startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
    const violations = async () =>
      (await world.rest("GET", "image-policies/violations")).body["violations"] as Violation[];
    /** The violations, once they are what is expected: policy, workload, pods and whether it waits. */
    const expectViolations = (expected: [string, string, number, boolean][]) =>
      expect
        .poll(async () =>
          (await violations()).map(({ policy, workload, pods, waits }) => [
            policy,
            `${workload.kind}/${workload.name}`,
            pods,
            waits,
          ]),
        )
        .toEqual(expected);
    const create = (name: string, spec: object) =>
      world.rest("POST", `workspaces/${workspace}/policies`, {
        policy: { fullName: { name, workspaceName: workspace }, spec },
      });
    const report = async () =>
      (await custom.getNamespacedCustomObject({
        ...POLICY_REPORTS,
        namespace,
        name: REPORT_NAME,
      })) as PolicyReport;

    beforeAll(async () => {
      ({ kubeConfig } = target());
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      apps = kubeConfig.makeApiClient(AppsV1Api);
      custom = kubeConfig.makeApiClient(CustomObjectsApi);
      await control();
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await apps.createNamespacedDeployment({ namespace, body: deployment("web", "busybox:1") });
      const pod = { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image: "nginx:1" }] } };
      await world.core.createNamespacedPod({ namespace, body: pod });
      await eventually(async () => {
        const { status } = await apps.readNamespacedDeployment({ namespace, name: "web" });
        return (status?.replicas ?? 0) > 0 ? true : undefined;
      });
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
    });
    afterAll(() => {
      controller.abort();
      world?.close();
    });

    it("tells nothing where no policy bears on the namespace", async () => {
      expect(await violations()).toEqual([]);
      expect((await world.tmc("policy", "insights", "list")).out).toBe(
        "Nothing that runs violates the image policies",
      );
    });

    it("reports what a policy on dry run would have refused, and refuses nothing", async () => {
      await create("pins", { recipe: "require-digest", input: { audit: true } });
      await expectViolations([
        ["pins", "Deployment/web", 1, false],
        ["pins", "Pod/bare", 1, false],
      ]);
      const later = {
        metadata: { name: "later" },
        spec: { containers: [{ name: "main", image: "alpine:3" }] },
      };
      await world.core.createNamespacedPod({ namespace, body: later });
      await expectViolations([
        ["pins", "Deployment/web", 1, false],
        ["pins", "Pod/bare", 1, false],
        ["pins", "Pod/later", 1, false],
      ]);
      expect((await report()).summary).toMatchObject({ fail: 0, warn: 3 });
      await world.core.deleteNamespacedPod({ namespace, name: "later", gracePeriodSeconds: 0 });
      await world.tmc("workspace", "image-policy", "delete", "pins", "-k", workspace);
      await expectViolations([]);
    });

    it("finds what runs already and would not come back, by policy, workload, container and image", async () => {
      await create("no-busybox", {
        recipe: "custom",
        input: { effect: "block", rules: [{ imageName: "busybox" }] },
      });
      await expectViolations([["no-busybox", "Deployment/web", 1, false]]);
      expect((await violations())[0]).toMatchObject({
        origin: { kind: "workspace", organization, workspace },
        dryRun: false,
        namespace,
        container: "main",
        containerKind: "container",
        image: "busybox:1",
        since: expect.stringMatching(/^20\d\d-/) as string,
      });
      const { out } = await world.tmc("workspace", "image-policy", "violations", "-k", workspace);
      expect(out).toMatch(
        /^POLICY +NAMESPACE +WORKLOAD[^]*no-busybox +lab-audit +deployment\/web +main +busybox:1 +1 +false/,
      );
      expect(out).toContain(
        "no-busybox: Keeps nothing out now. 1 workload would not come back after a restart: deployment/web.",
      );
      expect((await world.tmc("organization", "image-policy", "violations")).out).toMatch(
        /^Nothing that runs/,
      );
      const json = await world.tmc("workspace", "image-policy", "violations", "no-busybox", "-o", "json");
      expect(JSON.parse(json.out)).toMatchObject({ totalCount: "1" });
    });

    it("tells when a workload does not come back, and keeps when it was first seen", async () => {
      const [{ since } = { since: "" }] = await violations();
      const { items } = await world.core.listNamespacedPod({ namespace, labelSelector: "app=web" });
      await world.core.deleteNamespacedPod({
        namespace,
        name: items[0]?.metadata?.name ?? "",
        gracePeriodSeconds: 0,
      });
      await expectViolations([["no-busybox", "Deployment/web", 0, true]]);
      expect((await violations())[0]?.since).toBe(since);
      expect((await world.tmc("policy", "insights", "list")).out).toContain(
        "Keeps out 1 workload now: deployment/web.",
      );
    });

    it("writes it as a PolicyReport that other tools read", async () => {
      const written = await report();
      expect(written).toMatchObject({
        apiVersion: "wgpolicyk8s.io/v1alpha2",
        kind: "PolicyReport",
        summary: { fail: 1, warn: 0 },
        results: [
          {
            policy: "no-busybox",
            result: "fail",
            source: "lectern",
            resources: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace }],
            properties: { container: "main", image: "busybox:1" },
          },
        ],
      });
      expect(written.results[0]?.timestamp.seconds).toBeGreaterThan(1_700_000_000);
    });

    it("follows templates: of jobs on a schedule, and of workloads that are mended", async () => {
      const spec = { containers: [{ name: "main", image: "busybox" }], restartPolicy: "Never" };
      await KubernetesObjectApi.makeApiClient(kubeConfig).create(nightly(spec));
      await expectViolations([
        ["no-busybox", "CronJob/nightly", 0, false],
        ["no-busybox", "Deployment/web", 0, true],
      ]);
      await apps.replaceNamespacedDeployment({ namespace, name: "web", body: deployment("web", "nginx:1") });
      await expectViolations([["no-busybox", "CronJob/nightly", 0, false]]);
    });

    it("goes on where a controller that was killed left off, whatever happened meanwhile", async () => {
      const [{ since } = { since: "" }] = await violations();
      controller.abort();
      await apps.createNamespacedDeployment({ namespace, body: deployment("meanwhile", "busybox") });
      controller = new AbortController();
      await control();
      await expectViolations([
        ["no-busybox", "CronJob/nightly", 0, false],
        ["no-busybox", "Deployment/meanwhile", 0, true],
      ]);
      expect((await violations())[0]?.since).toBe(since);
    });

    it("mends a report that somebody changed or deleted with the next change, and takes it away with the workspace", async () => {
      await custom.deleteNamespacedCustomObject({ ...POLICY_REPORTS, namespace, name: REPORT_NAME });
      await apps.deleteNamespacedDeployment({ namespace, name: "meanwhile" });
      await expectViolations([["no-busybox", "CronJob/nightly", 0, false]]);
      await world.tmc("cluster", "namespace", "detach", "-n", namespace, "-c", cluster);
      await eventually(() => gone(report()));
      expect(await violations()).toEqual([]);
    });
  });
}

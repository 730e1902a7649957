import { AppsV1Api, KubernetesObjectApi, type KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { deployment, eventually } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-preview";
const namespace = organization;
const workspace = "previewed-ws";
const cluster = `${organization}-cluster`;
const IN = ["-k", workspace];
const OF = ["-c", cluster];

/** The claims about what a change is said to do before it is done, made about any cluster. */
export function describePreview(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    const tmc: TmcWorldOnCluster["tmc"] = (...argv) => world.tmc(...argv);
    const custom = (effect: string, name: string, ...rule: string[]) =>
      tmc(
        "workspace",
        "image-policy",
        "create",
        "-r",
        "custom",
        "--effect",
        effect,
        "-n",
        name,
        ...IN,
        ...rule,
      );

    const blocking = (imageName: string) =>
      world.file(
        "edit.json",
        JSON.stringify({
          fullName: { name: "no-busybox" },
          spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
        }),
      );

    beforeAll(async () => {
      const { kubeConfig } = target();
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      const apps = kubeConfig.makeApiClient(AppsV1Api);
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await apps.createNamespacedDeployment({ namespace, body: deployment("web", "busybox:1") });
      await KubernetesObjectApi.makeApiClient(kubeConfig).create(nightly("alpine:3"));
      await eventually(async () => {
        const { items } = await world.core.listNamespacedPod({ namespace, labelSelector: "app=web" });
        return items.length > 0 ? true : undefined;
      });
      await tmc("workspace", "create", "open-ws");
    });
    afterAll(() => world?.close());

    it("says that nothing is concerned where no namespace is attached", async () => {
      const { out } = await custom("block", "no-busybox", "--image-name", "busybox", "--dry-run");
      expect(out).toContain("No namespace is concerned yet");
      expect((await custom("block", "no-busybox", "--image-name", "busybox")).status).toBe(0);
    });

    it("names what an attach refuses, and attaches nothing", async () => {
      const attach = ["cluster", "namespace", "attach", "-n", namespace, ...IN, ...OF];
      expect((await tmc(...attach, "--dry-run")).out).toBe(
        `✔ namespace "${namespace}" would be attached (dry run)\n  The policies that would hold would refuse 1 workload when its pods are next created: busybox:1 (deployment/web).`,
      );
      expect((await tmc("cluster", "namespace", "list")).out).toBe("No namespaces to list");
      expect((await tmc(...attach)).status).toBe(0);
    });

    it("names live workloads and templates that a new policy refuses, also those that have no pods now", async () => {
      const { out } = await tmc(
        "workspace",
        "image-policy",
        "create",
        "-r",
        "require-digest",
        "-n",
        "pins",
        ...IN,
        "--dry-run",
      );
      expect(out).toContain(
        "would refuse 1 workload when its pods are next created: alpine:3 (cronjob/nightly).",
      );
      expect((await tmc("workspace", "image-policy", "get", "pins", ...IN)).err).toContain("NotFound");
    });

    it("names what an edit frees and refuses", async () => {
      const update = ["workspace", "image-policy", "update", ...IN, "--dry-run", "-f"];
      const { out } = await tmc(...update, blocking("alpine"));
      expect(out).toContain(
        "would refuse 1 workload when its pods are next created: alpine:3 (cronjob/nightly).",
      );
      expect(out).toContain("It would admit what is refused now: busybox:1 (deployment/web).");
    });

    it("names what a delete, a detach and a move free", async () => {
      const freed = "It would admit what is refused now: busybox:1 (deployment/web).";
      const deleted = await tmc("workspace", "image-policy", "delete", "no-busybox", ...IN, "--dry-run");
      const detached = await tmc("cluster", "namespace", "detach", "-n", namespace, ...OF, "--dry-run");
      const moved = await tmc(
        "cluster",
        "namespace",
        "update",
        namespace,
        ...OF,
        "-k",
        "open-ws",
        "--dry-run",
      );
      for (const { out } of [deleted, detached, moved]) expect(out).toContain(freed);
      expect((await tmc("cluster", "namespace", "get", namespace, ...OF, "-o", "table")).out).toContain(
        workspace,
      );
      expect((await tmc("workspace", "image-policy", "get", "no-busybox", ...IN)).status).toBe(0);
    });

    it("names what labels of a namespace change", async () => {
      const selective = JSON.stringify({
        fullName: { name: "prod-pins" },
        spec: {
          recipe: "require-digest",
          namespaceSelector: { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] },
        },
      });
      await tmc("workspace", "image-policy", "create", ...IN, "-f", world.file("selective.json", selective));
      const relabel = [
        "cluster",
        "namespace",
        "update",
        namespace,
        ...OF,
        "--labels",
        "env=prod",
        "--dry-run",
      ];
      expect((await tmc(...relabel)).out).toContain(
        "would refuse 1 workload when its pods are next created: alpine:3 (cronjob/nightly).",
      );
      await tmc("workspace", "image-policy", "delete", "prod-pins", ...IN);
    });

    it.each([
      [
        "a rule that an allowlist above never lets run",
        "allow",
        ["--hostname", "quay.io"],
        /No image can pass both this policy and only-harbor/,
      ],
      [
        "a rule that another policy has refused already",
        "block",
        ["--image-name", "busybox", "-t", "1"],
        /Rule 1: It refuses nothing more: no-busybox blocks all of what it names\./,
      ],
      [
        "a rule that another policy blocks whole",
        "allow",
        ["--image-name", "library/busybox"],
        /Rule 1: It lets nothing run: no-busybox blocks all of what it names\./,
      ],
      [
        "a familiar name where the full one is meant",
        "allow",
        ["--image-name", "nginx"],
        /Write library\/nginx/,
      ],
      [
        "a pattern that matches nothing that runs",
        "block",
        ["--image-name", "redis"],
        /Rule 1: It matches nothing that runs now\./,
      ],
    ])("tells of %s", async (_title, effect, rule, told) => {
      const above = [
        "-r",
        "custom",
        "--effect",
        "allow",
        "--hostname",
        "harbor.example.com",
        "-n",
        "only-harbor",
      ];
      if (rule.includes("quay.io")) await tmc("organization", "image-policy", "create", ...above);
      const { out, status } = await custom(effect, "new", ...rule, "--dry-run");
      expect([status, out]).toEqual([0, expect.stringMatching(told)]);
      if (rule.includes("quay.io")) await tmc("organization", "image-policy", "delete", "only-harbor");
    });

    it("asks about a policy or a namespace, and takes nothing else", async () => {
      for (const body of [
        {},
        { policy: {}, namespace: { name: "x", workspaceName: null } },
        { namespace: { name: "x" } },
      ])
        expect((await world.rest("POST", "image-policies/preview", body)).status).toBe(400);
      const gone = { namespace: { name: "kube-system", workspaceName: workspace } };
      expect((await world.rest("POST", "image-policies/preview", gone)).status).toBe(404);
    });
  });
}

function nightly(image: string) {
  const spec = { containers: [{ name: "main", image }], restartPolicy: "Never" };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace },
    spec: { schedule: "0 3 1 1 *", jobTemplate: { spec: { template: { spec } } } },
  };
}

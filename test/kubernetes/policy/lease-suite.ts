import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type CoreV1Api, KubernetesObjectApi } from "../../../kubernetes/node/client-library.js";
import type { ClusterView } from "../../../policy/common/cluster-api.js";
import { ENGINE_NAMES, LEASE_CONFIG_MAP } from "../../../policy/common/engine-names.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { type CutOff, kubeconfigText, startCutOff } from "./cut-off.js";
import { blocking, coreOf, createPod } from "./fleet-objects.js";
import { asUser, gone, makeCoreOperator, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lease-org";
const workspace = "lease-ws";

/** Long enough for a machine that is busy to renew it in time. */
const LEASE_MS = 20_000;

const BINDING = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name: ENGINE_NAMES.lease },
};

/** The claims about the lease of a further cluster, made about any two. */
export function describeLease(title: string, target: () => { home: KubeConfig; member: KubeConfig }): void {
  describe(title, { timeout: 180_000 }, () => {
    let world: TmcWorldOnCluster;
    let link: CutOff;
    let core: CoreV1Api;
    let controller = new AbortController();
    const lead = async (members: { leaseMs?: number }) => {
      controller.abort();
      controller = new AbortController();
      const { signal } = controller;
      await startPolicyController({ kubeConfig: target().home, logger: silent, signal, members });
    };

    beforeAll(async () => {
      const { home, member } = target();
      link = await startCutOff(member);
      core = coreOf(member);
      const members = { allowed: ["127.0.0.1"], leaseMs: LEASE_MS };
      world = await startTmcWorld(home, { organization, workspace, members });
      await lead(members);
      await core.createNamespace({ body: { metadata: { name: "leased" } } });
    });
    afterAll(() => {
      controller.abort();
      link?.close();
      world?.close();
    });

    const pod = (image: string) => refusalText(createPod(core, { namespace: "leased", image, dryRun: true }));
    const sync = async () =>
      ((await world.rest("GET", "clusters/leased")).body["cluster"] as ClusterView).status.sync;
    const lease = async () =>
      (await core.readNamespacedConfigMap({ namespace: "lectern-policy-engine", name: LEASE_CONFIG_MAP }))
        .data?.[organization];
    const policies = `workspaces/${workspace}/policies`;

    it("admits while it is renewed", async () => {
      await world.rest("POST", policies, blocking("no-busybox", "busybox"));
      const file = world.file("leased.yaml", await kubeconfigText(link.kubeConfig));
      const attached = await world.tmc("cluster", "attach", "leased", "--kubeconfig", file);
      expect([attached.status, attached.err]).toEqual([0, ""]);
      const at = ["-n", "leased", "-k", workspace, "-c", "leased"];
      expect((await world.tmc("cluster", "namespace", "attach", ...at)).err).toBe("");
      const objects = KubernetesObjectApi.makeApiClient(target().member);
      await expect.poll(() => gone(objects.read(BINDING))).toBe(undefined);
      const first = await lease();
      expect(first).toMatch(/^\d{4}-.*Z$/);
      await expect.poll(lease).not.toBe(first);
      await expect.poll(() => pod("nginx")).toBe("");
      expect(await pod("busybox")).toContain("[no-busybox]");
      await expect.poll(async () => (await sync()).state).toBe("InForce");
      expect(await sync()).not.toHaveProperty("admitsUntil");
    });

    it("is nobody's to change who may not make policies", async () => {
      await makeCoreOperator(target().member, "leaseholder");
      const operator = coreOf(asUser(target().member, "leaseholder"));
      const at = { namespace: "lectern-policy-engine", name: LEASE_CONFIG_MAP };
      expect(await refusalText(operator.deleteNamespacedConfigMap(at))).toContain("holds the image policies");
    });

    it("admits nothing once it is over, until what was changed meanwhile is in force", async () => {
      link.cut();
      await expect.poll(async () => (await sync()).state).toBe("Unreachable");
      expect((await sync()).admitsUntil).toMatch(/Z$/);
      expect((await world.tmc("cluster", "list")).out).toMatch(/^leased .* admits until .*Z/m);
      await world.rest("PUT", `${policies}/no-busybox`, blocking("no-busybox", "nginx"));
      await expect.poll(() => pod("alpine")).toContain("renewed their lease, which ended at");
      link.mend();
      const seen: string[] = [];
      await expect
        .poll(async () => {
          seen.push(await pod("nginx"));
          return pod("alpine");
        })
        .toBe("");
      // By what it was told last it would have been admitted.
      expect(seen).not.toContain("");
      expect(await pod("nginx")).toContain("[no-busybox]");
      await expect.poll(async () => (await sync()).state).toBe("InForce");
    });

    it("goes where the operator wants none any more", async () => {
      await lead({});
      const objects = KubernetesObjectApi.makeApiClient(target().member);
      await expect.poll(() => gone(objects.read(BINDING))).toBe(true);
      // An API server may judge by the binding of the lease for another moment.
      await expect.poll(() => pod("nginx")).toContain("[no-busybox]");
      await expect.poll(() => pod("alpine")).toBe("");
    });
  });
}

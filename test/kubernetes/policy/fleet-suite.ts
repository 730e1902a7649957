import { describe, expect, it } from "vitest";

import { AppsV1Api, type CoreV1Api, KubernetesObjectApi } from "../../../kubernetes/node/client-library.js";
import {
  ENFORCED_CONFIG_MAP,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
} from "../../../policy/common/engine-names.js";
import type { Change } from "../../../policy/common/history-api.js";
import type { Violation } from "../../../policy/common/tmc-api.js";
import { createClusterClient } from "../../../policy/node/cluster-client.js";
import { BINDING, blocking as policy, ENGINE, kubeconfigWith } from "./fleet-objects.js";
import { kubeconfigText } from "./cut-off.js";
import { deployment, gone, labelNamespace } from "./suite-cluster.js";
import {
  FLEET_HOME,
  FLEET_ORGANIZATION,
  FLEET_PATH,
  FLEET_WORKSPACE,
  type FleetTarget,
  useFleet,
} from "./fleet-world.js";
import { itForgetsWhileAway, itGoesOnWhileAway, itUninstallsWhileAway } from "./member-away-suite.js";
import { itFollowsSignatures } from "./member-signatures-suite.js";

const organization = FLEET_ORGANIZATION;
const workspace = FLEET_WORKSPACE;
const home = FLEET_HOME;
const path = FLEET_PATH;

/** The claims about several clusters, made about any three. */
export function describeFleet(title: string, target: () => FleetTarget): void {
  describe(title, { timeout: 180_000 }, () => {
    const fleet = useFleet(target);
    const { clusterOf, inForce, pod, attach, file, explained, attachText } = fleet;

    it("attaches clusters by their kubeconfigs and says how far they are", async () => {
      await fleet.world.rest("POST", `${path}/policies`, policy("no-busybox", "busybox"));
      for (const [name, cutOff] of [
        ["east", fleet.east],
        ["west", fleet.west],
      ] as const) {
        const run = await fleet.world.tmc(
          "cluster",
          "attach",
          "-n",
          name,
          "--kubeconfig",
          await file(name, cutOff),
        );
        expect([run.status, run.out + run.err]).toEqual([
          0,
          expect.stringContaining("attached successfully"),
        ]);
      }
      await inForce("east");
      await inForce("west");
      expect(await clusterOf("east")).toMatchObject({
        spec: { server: fleet.east.kubeConfig.getCurrentCluster()?.server },
        status: {
          phase: "READY",
          health: "HEALTHY",
          kubernetesVersion: expect.stringMatching(/^v1\./),
          sync: { state: "InForce", version: expect.stringMatching(/^\d+$/), namespaces: 0 },
        },
      });
      expect((await clusterOf(home)).status.sync.state).toBe("InForce");
      const { out } = await fleet.world.tmc("cluster", "list");
      expect(out).toMatch(/^east +attached +attached +READY +HEALTHY +in force at \d+ +v1\./m);
    });

    it("lets the policies of a workspace follow its namespaces over clusters", async () => {
      expect(await pod("east", "shop", "busybox")).toBe("");
      for (const cluster of ["east", "west"]) {
        const run = await attach(cluster);
        expect([run.status, run.out + run.err]).toEqual([
          0,
          expect.stringContaining("attached successfully"),
        ]);
        expect(await pod(cluster, "shop", "busybox")).toContain("[no-busybox]");
        expect(await pod(cluster, "shop", "nginx")).toBe("");
        await expect
          .poll(async () => (await clusterOf(cluster)).status.sync)
          .toMatchObject({ state: "InForce", namespaces: 1 });
      }
      expect(await pod("east", "back", "busybox")).toBe("");
      await fleet.world.rest("PUT", `${path}/policies/no-busybox`, policy("no-busybox", "alpine"));
      for (const cluster of ["east", "west"]) {
        await inForce(cluster);
        expect(await pod(cluster, "shop", "alpine")).toContain("[no-busybox]");
        expect(await pod(cluster, "shop", "busybox")).toBe("");
      }
      const { body } = await fleet.world.rest("GET", path);
      expect(body["workspace"]).toMatchObject({
        status: { namespaces: expect.arrayContaining(["east/shop", "west/shop"]) },
      });
      const { out } = await fleet.world.tmc("cluster", "namespace", "list", "-c", "west");
      expect(out).toMatch(/^shop +fleet-ws +west +READY/m);
    });

    it("explains an image by the cluster its namespace is on", async () => {
      expect((await explained("east")).out).toContain("alpine: refused");
      const elsewhere = await explained(home);
      expect([elsewhere.status, elsewhere.err]).toEqual([1, expect.stringContaining("NotFound")]);
    });

    it("repairs parameters, the marks of the engine and the engine itself as soon as they change", async () => {
      const core = fleet.cores["east"] as CoreV1Api;
      await core.deleteNamespacedConfigMap({ namespace: "shop", name: ENFORCED_CONFIG_MAP });
      await expect.poll(() => pod("east", "shop", "alpine")).toContain("[no-busybox]");
      const objects = KubernetesObjectApi.makeApiClient(target().members[0]);
      await objects.delete(BINDING);
      await expect.poll(() => gone(objects.read(BINDING))).toBe(undefined);
      await expect.poll(() => pod("east", "shop", "alpine")).toContain("[no-busybox]");
      await inForce("east");
    });

    itFollowsSignatures(fleet);
    itGoesOnWhileAway(fleet);

    it("audits what runs on every cluster", async () => {
      const apps = target().members[0].makeApiClient(AppsV1Api);
      await apps.createNamespacedDeployment({ namespace: "shop", body: deployment("till", "nginx") });
      const violations = async () =>
        ((await fleet.world.rest("GET", "image-policies/violations")).body["violations"] as Violation[]).map(
          ({ cluster, namespace, image }) => `${cluster ?? ""}/${namespace} ${image}`,
        );
      await expect.poll(violations).toContain("east/shop nginx");
      expect((await fleet.world.tmc("policy", "insights", "list")).out).toContain("east/shop");
    });

    it("refuses what cannot be a further cluster, by name and with what to do", async () => {
      const text = await kubeconfigText(target().home);
      expect(await attachText("mine", text)).toEqual([409, expect.stringContaining("holds the policies")]);
      const again = await kubeconfigText(fleet.east.kubeConfig);
      expect(await attachText("again", again)).toEqual([
        409,
        expect.stringContaining('cluster "east" already'),
      ]);
      expect(await attachText("none")).toEqual([400, expect.stringContaining("no kubeconfig was given")]);
      // Reading it would hold up everybody for ever.
      const reading = kubeconfigWith(again, { user: { "token-file": "/dev/zero" } });
      expect(await attachText("bad", reading)).toEqual([
        400,
        expect.stringContaining("tokenFile names a file of this machine"),
      ]);
      const elsewhere = kubeconfigWith(again, { cluster: { server: "https://10.0.0.1:6443" } });
      expect(await attachText("bad", elsewhere)).toEqual([
        403,
        expect.stringContaining("--allow-cluster 10.0.0.1:6443"),
      ]);
    });

    it("lets only admins of the organization change which clusters there are, and shows them to its members", async () => {
      const subject = { kind: "USER", name: "bob" };
      const bindingDeltaList = [{ op: "ADD", role: "workspace.admin", subject }];
      await fleet.world.rest("PATCH", `workspaces:iam/${workspace}`, { bindingDeltaList });
      const bob = fleet.world.as("bob");
      const body = { cluster: { fullName: { name: "bobs" } }, kubeconfig: "{}" };
      expect((await bob.rest("POST", "clusters", body)).status).toBe(403);
      expect((await bob.rest("DELETE", "clusters/east")).status).toBe(403);
      expect((await bob.rest("GET", "clusters/east")).status).toBe(200);
      expect((await fleet.world.as("eve").rest("GET", "clusters")).status).toBe(403);
      // His workspace, on whichever cluster.
      expect((await bob.rest("GET", "clusters/east/namespaces/shop")).status).toBe(200);
      expect((await bob.rest("GET", "image-policies/effective/shop?cluster=east")).status).toBe(200);
      // What is nobody's may be a part of the cluster.
      const nobodys = { fullName: { name: "back" }, spec: { workspaceName: workspace, attach: true } };
      const attaching = await bob.rest("POST", "clusters/east/namespaces", { namespace: nobodys });
      expect([attaching.status, attaching.body["message"]]).toEqual([
        403,
        expect.stringContaining("organization.admin"),
      ]);
      expect((await bob.rest("GET", "image-policies/effective/back?cluster=east")).status).toBe(403);
      const asking = { namespace: "back", clusterName: "east", image: "nginx" };
      expect((await bob.rest("POST", "image-policies/explain", asking)).status).toBe(403);
    });

    it("leaves alone what the cluster itself is run by", async () => {
      for (const namespace of ["kube-system", "lectern-policy-engine"]) {
        const run = await attach("east", namespace);
        expect([run.status, run.err]).toEqual([1, expect.stringContaining("NotFound")]);
      }
    });

    it("writes down which clusters came and went, and their namespaces", async () => {
      const { body } = await fleet.world.rest("GET", "organization/history?kind=cluster");
      const changes = body["changes"] as Change[];
      expect(changes.map(({ name, action, user }) => `${user} ${action} ${name}`).toSorted()).toEqual([
        "learner attached east",
        "learner attached west",
      ]);
      const inWorkspace = (await fleet.world.rest("GET", `${path}/history?kind=namespace`)).body[
        "changes"
      ] as Change[];
      expect(inWorkspace.map(({ name }) => name).toSorted()).toEqual(["east/shop", "west/shop"]);
      expect(JSON.stringify(changes)).not.toContain("token");
    });

    it("detaches a namespace, and then the cluster, which is left as it was", async () => {
      const used = await fleet.world.tmc("cluster", "detach", "west");
      expect([used.status, used.err]).toEqual([
        1,
        expect.stringContaining("still has attached namespaces (shop)"),
      ]);
      await fleet.world.tmc("cluster", "namespace", "detach", "-n", "shop", "-c", "west");
      expect(await pod("west", "shop", "nginx")).toBe("");
      const core = fleet.cores["west"] as CoreV1Api;
      const { metadata } = await core.readNamespace({ name: "shop" });
      expect(Object.keys(metadata?.labels ?? {})).not.toContain(ORGANIZATION_LABEL);
      expect((await fleet.world.tmc("cluster", "detach", "west")).status).toBe(0);
      expect((await fleet.world.rest("GET", "clusters/west")).status).toBe(404);
      const objects = KubernetesObjectApi.makeApiClient(target().members[1]);
      await expect.poll(() => gone(objects.read(ENGINE))).toBe(true);
      await expect.poll(() => gone(core.readNamespace({ name: "lectern-policy-engine" }))).toBe(true);
    });

    itForgetsWhileAway(fleet);

    it("keeps the kubeconfig to itself, and lets it go with the cluster", async () => {
      const { core } = await createClusterClient(target().home);
      const secrets = async () =>
        (await core.listNamespacedSecret({ namespace: "lectern-policy-engine" })).items.map(
          ({ metadata }) => metadata?.name,
        );
      expect(await secrets()).toContain(`member-${organization}.east`);
      expect(JSON.stringify(await clusterOf("east"))).not.toContain("token");
      expect((await fleet.world.tmc("cluster", "detach", "east", "--force")).status).toBe(0);
      await expect.poll(secrets).not.toContain(`member-${organization}.east`);
      // Reachable, so that its namespaces are let go.
      const east1 = fleet.cores["east"] as CoreV1Api;
      await expect
        .poll(async () => (await east1.readNamespace({ name: "shop" })).metadata?.labels?.[MANAGED_LABEL])
        .toBe(undefined);
      await expect.poll(() => pod("east", "shop", "nginx")).toBe("");
    });

    it("takes a cluster that the operator gives by its name alone, and there only namespaces of the organization", async () => {
      const run = await fleet.world.tmc("cluster", "attach", "shared");
      expect([run.status, run.err]).toEqual([0, ""]);
      await inForce("shared");
      const foreign = await attach("shared");
      expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining("NotFound")]);
      const core = fleet.cores["west"] as CoreV1Api;
      await labelNamespace(core, "shop", { [ORGANIZATION_LABEL]: organization });
      expect((await attach("shared")).status).toBe(0);
      expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
      expect(
        (await fleet.world.tmc("cluster", "namespace", "detach", "-n", "shop", "-c", "shared")).status,
      ).toBe(0);
      expect((await fleet.world.tmc("cluster", "detach", "shared")).status).toBe(0);
      await expect.poll(() => gone(core.readNamespace({ name: "lectern-policy-engine" }))).toBe(true);
    });

    itUninstallsWhileAway(fleet);
  });
}

import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import { removeFromCluster } from "../../../server/cluster-removal.js";
import { AppsV1Api, type CoreV1Api, KubernetesObjectApi } from "../../../kubernetes/node/client-library.js";
import {
  ENFORCED_CONFIG_MAP,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
} from "../../../policy/common/engine-names.js";
import type { Change } from "../../../policy/common/history-api.js";
import type { ClusterView } from "../../../policy/common/cluster-api.js";
import type { NamespaceList, Violation } from "../../../policy/common/tmc-api.js";
import { createClusterClient } from "../../../policy/node/cluster-client.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import {
  BINDING,
  blocking as policy,
  coreOf,
  createPod,
  ENGINE,
  kubeconfigWith,
  notedDetachments,
} from "./fleet-objects.js";
import { type CutOff, kubeconfigText, startCutOff } from "./cut-off.js";
import { deployment, gone, labelNamespace, refusalText } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "fleet-org";
const workspace = "fleet-ws";
const home = `${organization}-cluster`;

/** Where the policies are, and two further clusters that follow them. */
export interface FleetTarget {
  home: KubeConfig;
  members: [KubeConfig, KubeConfig];
}

/** The claims about several clusters, made about any three. */
export function describeFleet(title: string, target: () => FleetTarget): void {
  describe(title, { timeout: 180_000 }, () => {
    let world: TmcWorldOnCluster;
    let east: CutOff;
    let west: CutOff;
    let cores: Record<string, CoreV1Api>;
    const controller = new AbortController();
    const path = `workspaces/${workspace}`;
    const { leftAlone, logger } = notedDetachments();

    beforeAll(async () => {
      const { home: kubeConfig, members } = target();
      [east, west] = await Promise.all([startCutOff(members[0]), startCutOff(members[1])]);
      const options = { allowed: ["127.0.0.1"], given: new Map([["shared", members[1]]]) };
      world = await startTmcWorld(kubeConfig, { organization, workspace, members: options });
      await startPolicyController({
        kubeConfig,
        logger,
        signal: controller.signal,
        members: options,
      });
      cores = { [home]: world.core, east: coreOf(members[0]), west: coreOf(members[1]) };
      for (const each of ["east", "west"])
        for (const name of ["shop", "back"])
          await cores[each]?.createNamespace({ body: { metadata: { name } } });
    });
    afterAll(() => {
      controller.abort();
      east?.close();
      west?.close();
      world?.close();
    });

    const file = async (name: string, cutOff: CutOff) =>
      world.file(`${name}.yaml`, await kubeconfigText(cutOff.kubeConfig));
    const clusterOf = async (name: string) =>
      (await world.rest("GET", `clusters/${name}`)).body["cluster"] as ClusterView;
    const stateOf = async (name: string) => (await clusterOf(name)).status.sync.state;
    const inForce = (name: string) => expect.poll(() => stateOf(name)).toBe("InForce");
    const pod = (cluster: string, namespace: string, image: string, dryRun = true) =>
      refusalText(createPod(cores[cluster] ?? world.core, { namespace, image, dryRun }));
    const attach = (cluster: string, namespace = "shop") =>
      world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);

    const explained = (cluster: string) =>
      world.tmc("image", "explain", "alpine", "-n", "shop", "--cluster-name", cluster);
    const attachText = async (name: string, kubeconfig?: string) => {
      const body = { cluster: { fullName: { name } }, ...(kubeconfig !== undefined && { kubeconfig }) };
      const answer = await world.rest("POST", "clusters", body);
      return [answer.status, answer.body["message"]];
    };

    it("attaches clusters by their kubeconfigs and says how far they are", async () => {
      await world.rest("POST", `${path}/policies`, policy("no-busybox", "busybox"));
      for (const [name, cutOff] of [
        ["east", east],
        ["west", west],
      ] as const) {
        const run = await world.tmc(
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
        spec: { server: east.kubeConfig.getCurrentCluster()?.server },
        status: {
          phase: "READY",
          health: "HEALTHY",
          kubernetesVersion: expect.stringMatching(/^v1\./),
          sync: { state: "InForce", version: expect.stringMatching(/^\d+$/), namespaces: 0 },
        },
      });
      expect((await clusterOf(home)).status.sync.state).toBe("InForce");
      const { out } = await world.tmc("cluster", "list");
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
      await world.rest("PUT", `${path}/policies/no-busybox`, policy("no-busybox", "alpine"));
      for (const cluster of ["east", "west"]) {
        await inForce(cluster);
        expect(await pod(cluster, "shop", "alpine")).toContain("[no-busybox]");
        expect(await pod(cluster, "shop", "busybox")).toBe("");
      }
      const { body } = await world.rest("GET", path);
      expect(body["workspace"]).toMatchObject({
        status: { namespaces: expect.arrayContaining(["east/shop", "west/shop"]) },
      });
      const { out } = await world.tmc("cluster", "namespace", "list", "-c", "west");
      expect(out).toMatch(/^shop +fleet-ws +west +READY/m);
    });

    it("explains an image by the cluster its namespace is on", async () => {
      expect((await explained("east")).out).toContain("alpine: refused");
      const elsewhere = await explained(home);
      expect([elsewhere.status, elsewhere.err]).toEqual([1, expect.stringContaining("NotFound")]);
    });

    it("repairs parameters, the marks of the engine and the engine itself as soon as they change", async () => {
      const core = cores["east"] as CoreV1Api;
      await core.deleteNamespacedConfigMap({ namespace: "shop", name: ENFORCED_CONFIG_MAP });
      await expect.poll(() => pod("east", "shop", "alpine")).toContain("[no-busybox]");
      const objects = KubernetesObjectApi.makeApiClient(target().members[0]);
      await objects.delete(BINDING);
      await expect.poll(() => gone(objects.read(BINDING))).toBe(undefined);
      await expect.poll(() => pod("east", "shop", "alpine")).toContain("[no-busybox]");
      await inForce("east");
    });

    it("keeps in force what was, while a cluster is away, and holds nobody else up", async () => {
      east.cut();
      await expect.poll(() => stateOf("east")).toBe("Unreachable");
      const away = await clusterOf("east");
      expect(away.status).toMatchObject({
        phase: "ERROR",
        health: "DISCONNECTED",
        sync: { since: expect.stringMatching(/Z$/), version: expect.stringMatching(/^\d+$/) },
      });
      expect((await world.tmc("cluster", "list")).out).toMatch(
        /^east .* unreachable since .*Z, last in force at/m,
      );
      await world.rest("PUT", `${path}/policies/no-busybox`, policy("no-busybox", "nginx"));
      await inForce("west");
      expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
      // What it was told last.
      expect(await pod("east", "shop", "alpine")).toContain("[no-busybox]");
      expect(await pod("east", "shop", "nginx")).toBe("");
      const refused = await attach("east", "back");
      expect([refused.status, refused.err]).toEqual([1, expect.stringContaining("has not answered since")]);
      const list = (await world.rest("GET", "namespaces")).body as unknown as NamespaceList;
      // A busy machine may leave out one that is only slow.
      expect(list.unreachableClusters).toContain("east");
      expect(list.namespaces.map(({ fullName }) => fullName.clusterName)).not.toContain("east");
      const deleting = await world.rest("DELETE", path);
      expect([deleting.status, deleting.body["message"]]).toEqual([503, expect.stringContaining("east")]);
    });

    it("brings a cluster that is back up to what it missed before it says so", async () => {
      east.mend();
      const seen: { state: string; isOpen: boolean }[] = [];
      await expect
        .poll(async () => {
          const state = await stateOf("east");
          // Read before the pod was tried: whatever is said to be in force by then refuses.
          seen.push({ state, isOpen: (await pod("east", "shop", "nginx")) === "" });
          return state;
        })
        .toBe("InForce");
      expect(seen.filter(({ state, isOpen }) => state === "InForce" && isOpen)).toEqual([]);
      expect(await pod("east", "shop", "alpine")).toBe("");
    });

    it("sees a cluster that takes what it is sent and does not answer", async () => {
      west.silence();
      await expect.poll(() => stateOf("west")).toBe("Unreachable");
      west.mend();
      await inForce("west");
    });

    it("audits what runs on every cluster", async () => {
      const apps = target().members[0].makeApiClient(AppsV1Api);
      await apps.createNamespacedDeployment({ namespace: "shop", body: deployment("till", "nginx") });
      const violations = async () =>
        ((await world.rest("GET", "image-policies/violations")).body["violations"] as Violation[]).map(
          ({ cluster, namespace, image }) => `${cluster ?? ""}/${namespace} ${image}`,
        );
      await expect.poll(violations).toContain("east/shop nginx");
      expect((await world.tmc("policy", "insights", "list")).out).toContain("east/shop");
    });

    it("refuses what cannot be a further cluster, by name and with what to do", async () => {
      const text = await kubeconfigText(target().home);
      expect(await attachText("mine", text)).toEqual([409, expect.stringContaining("holds the policies")]);
      const again = await kubeconfigText(east.kubeConfig);
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
      await world.rest("PATCH", `workspaces:iam/${workspace}`, { bindingDeltaList });
      const bob = world.as("bob");
      const body = { cluster: { fullName: { name: "bobs" } }, kubeconfig: "{}" };
      expect((await bob.rest("POST", "clusters", body)).status).toBe(403);
      expect((await bob.rest("DELETE", "clusters/east")).status).toBe(403);
      expect((await bob.rest("GET", "clusters/east")).status).toBe(200);
      expect((await world.as("eve").rest("GET", "clusters")).status).toBe(403);
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
      const { body } = await world.rest("GET", "organization/history?kind=cluster");
      const changes = body["changes"] as Change[];
      expect(changes.map(({ name, action, user }) => `${user} ${action} ${name}`).toSorted()).toEqual([
        "learner attached east",
        "learner attached west",
      ]);
      const inWorkspace = (await world.rest("GET", `${path}/history?kind=namespace`)).body[
        "changes"
      ] as Change[];
      expect(inWorkspace.map(({ name }) => name).toSorted()).toEqual(["east/shop", "west/shop"]);
      expect(JSON.stringify(changes)).not.toContain("token");
    });

    it("detaches a namespace, and then the cluster, which is left as it was", async () => {
      const used = await world.tmc("cluster", "detach", "west");
      expect([used.status, used.err]).toEqual([
        1,
        expect.stringContaining("still has attached namespaces (shop)"),
      ]);
      await world.tmc("cluster", "namespace", "detach", "-n", "shop", "-c", "west");
      expect(await pod("west", "shop", "nginx")).toBe("");
      const core = cores["west"] as CoreV1Api;
      const { metadata } = await core.readNamespace({ name: "shop" });
      expect(Object.keys(metadata?.labels ?? {})).not.toContain(ORGANIZATION_LABEL);
      expect((await world.tmc("cluster", "detach", "west")).status).toBe(0);
      expect((await world.rest("GET", "clusters/west")).status).toBe(404);
      const objects = KubernetesObjectApi.makeApiClient(target().members[1]);
      await expect.poll(() => gone(objects.read(ENGINE))).toBe(true);
      await expect.poll(() => gone(core.readNamespace({ name: "lectern-policy-engine" }))).toBe(true);
    });

    it("forgets a cluster that does not answer where it is told to, and takes it back", async () => {
      east.cut();
      await expect.poll(() => stateOf("east")).toBe("Unreachable");
      const refused = await world.tmc("cluster", "detach", "east");
      expect([refused.status, refused.err]).toEqual([1, expect.stringContaining("has not answered since")]);
      expect((await world.tmc("cluster", "detach", "east", "--force")).status).toBe(0);
      // Nobody could tell it.
      expect(await pod("east", "shop", "nginx")).toContain("[no-busybox]");
      await expect.poll(() => leftAlone).toContain("east");
      east.mend();
      const again = await world.tmc("cluster", "attach", "orient", "--kubeconfig", await file("east", east));
      expect([again.status, again.err]).toEqual([0, ""]);
      await inForce("orient");
      const { body } = await world.rest("GET", "clusters/orient/namespaces/shop");
      expect(body["namespace"]).toMatchObject({ fullName: { clusterName: "orient", name: "shop" } });
      east.cut();
      await expect.poll(() => stateOf("orient")).toBe("Unreachable");
      expect((await world.tmc("cluster", "detach", "orient", "--force")).status).toBe(0);
      await expect.poll(() => leftAlone).toContain("orient");
      east.mend();
      const run = await world.tmc("cluster", "attach", "east", "--kubeconfig", await file("east", east));
      expect([run.status, run.err]).toEqual([0, ""]);
      await expect
        .poll(async () => (await clusterOf("east")).status.sync)
        .toMatchObject({ state: "InForce", namespaces: 1 });
    });

    it("keeps the kubeconfig to itself, and lets it go with the cluster", async () => {
      const { core } = await createClusterClient(target().home);
      const secrets = async () =>
        (await core.listNamespacedSecret({ namespace: "lectern-policy-engine" })).items.map(
          ({ metadata }) => metadata?.name,
        );
      expect(await secrets()).toContain(`member-${organization}.east`);
      expect(JSON.stringify(await clusterOf("east"))).not.toContain("token");
      expect((await world.tmc("cluster", "detach", "east", "--force")).status).toBe(0);
      await expect.poll(secrets).not.toContain(`member-${organization}.east`);
      // Reachable, so that its namespaces are let go.
      const east1 = cores["east"] as CoreV1Api;
      await expect
        .poll(async () => (await east1.readNamespace({ name: "shop" })).metadata?.labels?.[MANAGED_LABEL])
        .toBe(undefined);
      await expect.poll(() => pod("east", "shop", "nginx")).toBe("");
    });

    it("takes a cluster that the operator gives by its name alone, and there only namespaces of the organization", async () => {
      const run = await world.tmc("cluster", "attach", "shared");
      expect([run.status, run.err]).toEqual([0, ""]);
      await inForce("shared");
      const foreign = await attach("shared");
      expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining("NotFound")]);
      const core = cores["west"] as CoreV1Api;
      await labelNamespace(core, "shop", { [ORGANIZATION_LABEL]: organization });
      expect((await attach("shared")).status).toBe(0);
      expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
      expect((await world.tmc("cluster", "namespace", "detach", "-n", "shop", "-c", "shared")).status).toBe(
        0,
      );
      expect((await world.tmc("cluster", "detach", "shared")).status).toBe(0);
      await expect.poll(() => gone(core.readNamespace({ name: "lectern-policy-engine" }))).toBe(true);
    });

    it("leaves what lectern uninstall takes away, where a cluster was forgotten while it was away", async () => {
      expect((await world.tmc("cluster", "attach", "west", "-k", await file("west", west))).status).toBe(0);
      await inForce("west");
      expect((await attach("west")).status).toBe(0);
      west.cut();
      await expect.poll(() => stateOf("west")).toBe("Unreachable");
      expect((await world.tmc("cluster", "detach", "west", "--force")).status).toBe(0);
      expect(await pod("west", "shop", "nginx")).toContain("[no-busybox]");
      const client = new KubernetesClient(target().members[1]);
      await removeFromCluster(client, { patienceMs: 1000, report: () => undefined });
      client.close();
      expect(await pod("west", "shop", "nginx")).toBe("");
      west.mend();
      expect((await world.tmc("cluster", "attach", "west", "-k", await file("west", west))).status).toBe(0);
      await inForce("west");
    });
  });
}

import { AppsV1Api, type KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ENFORCED_CONFIG_MAP } from "../../../policy/common/engine-names.js";
import { toSecond } from "../../../policy/common/exception.js";
import type { ExceptionView } from "../../../policy/common/exception-api.js";
import type { ExplainAnswer } from "../../../policy/common/tmc-api.js";
import { createClusterClient } from "../../../policy/node/cluster-client.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { createHierarchyStore } from "../../../policy/node/hierarchy-store.js";
import type { ExceptionObjectSpec } from "../../../policy/node/records.js";
import { deployment, eventually, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-excepted";
const namespace = organization;
const workspace = "excepted-ws";
const cluster = `${organization}-cluster`;
const HOUR_MS = 3_600_000;

/** The claims about what is excepted from policies, made about any cluster. */
export function describeExceptions(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let apps: AppsV1Api;
    let kubeConfig: KubeConfig;
    let controller = new AbortController();

    const control = () => startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
    const exception = (...argv: string[]) =>
      world.tmc("workspace", "image-policy", "exception", ...argv, "-k", workspace);
    const approver = () => world.as("approver");
    const request = (name: string, change: object) =>
      world.rest("POST", `workspaces/${workspace}/exceptions`, {
        exception: {
          fullName: { name },
          spec: {
            policy: "no-busybox",
            namespace,
            owner: "team-blue",
            reason: "ticket 7",
            expires: new Date(Date.now() + HOUR_MS).toISOString(),
            ...change,
          },
        },
      });
    const grant = (name: string) =>
      approver().rest("POST", `workspaces/${workspace}/exceptions/${name}/grant`, {});
    const stateOf = async (name: string) =>
      (
        (await world.rest("GET", `workspaces/${workspace}/exceptions/${name}`)).body[
          "exception"
        ] as ExceptionView
      ).status.state;
    const refusalFor = (image: string, name = "bare") =>
      refusalText(
        world.core.createNamespacedPod({
          namespace,
          body: { metadata: { name }, spec: { containers: [{ name: "main", image }] } },
          dryRun: "All",
        }),
      );
    const parameters = async () =>
      (await world.core.readNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP })).data?.["policies"];

    beforeAll(async () => {
      ({ kubeConfig } = target());
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      apps = kubeConfig.makeApiClient(AppsV1Api);
      await control();
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await world.rest("PATCH", `workspaces:iam/${workspace}`, {
        bindingDeltaList: [
          { op: "ADD", role: "workspace.admin", subject: { kind: "USER", name: "approver" } },
        ],
      });
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
      await world.rest("POST", `workspaces/${workspace}/policies`, {
        policy: {
          fullName: { name: "no-busybox" },
          spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName: "busybox" }] } },
        },
      });
    });
    afterAll(() => {
      controller.abort();
      world?.close();
    });

    it("except nothing before they are granted, and as soon as granting answers", async () => {
      const asked = await exception(
        ...`request debug --policy no-busybox --namespace ${namespace} --image busybox:1.36`.split(" "),
        ..."--owner team-blue --reason ticket-7 --expires 1h".split(" "),
      );
      expect([asked.status, asked.err]).toEqual([0, ""]);
      expect(await refusalFor("busybox:1.36")).toContain("[no-busybox]");
      const decision = ["debug", "-k", workspace, "--note", "for today"];
      const own = await exception("grant", "debug");
      expect([own.status, own.err]).toEqual([
        1,
        expect.stringContaining(
          'PermissionDenied: exception "debug" in workspace "excepted-ws" was asked for by yourself',
        ),
      ]);
      expect(await refusalFor("busybox:1.36")).toContain("[no-busybox]");
      const granted = await approver().tmc("workspace", "image-policy", "exception", "grant", ...decision);
      expect(granted.out).toMatch(/^✔ exception "debug" granted successfully/);
      expect(await refusalFor("busybox:1.36")).toBe("");
      expect(await refusalFor("busybox:1.35")).toContain("[no-busybox]");
    });

    it("are shown wherever the policy is: who, why, until when", async () => {
      expect((await exception("list", "-o", "wide")).out).toMatch(
        /debug +no-busybox +busybox:1.36 in namespace lab-excepted +Granted +20\S+Z +team-blue +ticket-7 +learner +approver +for today/,
      );
      const { out } = await world.tmc("workspace", "image-policy", "list", "-k", workspace, "-o", "wide");
      expect(out).toMatch(/EXCEPTIONS[^]*no-busybox +custom +block +false +true +1 +1 /);
      const effective = await world.rest("GET", `image-policies/effective/${namespace}`);
      expect(effective.body["policies"]).toEqual([
        expect.objectContaining({ exceptions: [expect.objectContaining({ name: "debug" }) as object] }),
      ]);
      const explained = await world.tmc("image", "explain", "busybox:1.36", "-n", namespace);
      expect(explained.out).toContain(
        "passes by an exception. The exception debug (busybox:1.36 in namespace",
      );
    });

    it("are granted once, and what is denied or deleted excepts nothing any more", async () => {
      expect((await grant("debug")).status).toBe(409);
      expect((await exception("deny", "debug")).status).toBe(0);
      expect(await refusalFor("busybox:1.36")).toContain("[no-busybox]");
      expect((await grant("debug")).status).toBe(409);
      expect((await exception("delete", "debug")).status).toBe(0);
      expect((await exception("get", "debug")).err).toMatch(/^Error: NotFound: exception "debug"/);
    });

    it("say before what granting lets in and what ending refuses, and change nothing by it", async () => {
      await request("tried", { workload: { kind: "Deployment", name: "tried" } });
      const body = deployment("tried", "busybox");
      await apps.createNamespacedDeployment({ namespace, body });
      const by = approver();
      const decide = (verb: string) =>
        by.tmc("workspace", "image-policy", "exception", verb, "tried", "-k", workspace, "--dry-run");
      const granted = await eventually(async () => {
        const { out } = await decide("grant");
        return out.includes("busybox (deployment/tried)") ? out : undefined;
      });
      expect(granted).toMatch(
        /^✔ exception "tried" would be granted \(dry run\)\n {2}It would admit what is refused now: busybox/,
      );
      expect(await stateOf("tried")).toBe("Requested");
      expect((await exception("grant", "tried", "--dry-run")).err).toContain("asked for by yourself");
      await grant("tried");
      for (const [verb, done] of [
        ["deny", "denied"],
        ["delete", "deleted"],
      ] as const)
        expect((await decide(verb)).out).toMatch(
          new RegExp(
            `^✔ exception "tried" would be ${done} \\(dry run\\)\n {2}The policy without the exception would refuse 1 workload`,
          ),
        );
      expect(await stateOf("tried")).toBe("Granted");
      await apps.deleteNamespacedDeployment({ namespace, name: "tried", propagationPolicy: "Foreground" });
      await exception("delete", "tried");
    });

    it("of a workload let its pods in, and no others", async () => {
      await request("web", { workload: { kind: "Deployment", name: "web" } });
      await grant("web");
      const warningAt = async (name: string) =>
        (await apps.createNamespacedDeploymentWithHttpInfo({ namespace, body: deployment(name, "busybox") }))
          .headers["warning"];
      expect(await warningAt("other")).toContain("[no-busybox]");
      expect(await warningAt("web")).toBeUndefined();
      const pod = await eventually(async () => {
        const { items } = await world.core.listNamespacedPod({ namespace, labelSelector: "app=web" });
        return items[0];
      });
      expect(await refusalFor("busybox", "web")).toContain("[no-busybox]");
      const { items } = await world.core.listNamespacedPod({ namespace, labelSelector: "app=other" });
      expect(items).toEqual([]);
      const question = { namespace, pod: pod.metadata?.name };
      const { body } = await world.rest("POST", "image-policies/explain", question);
      expect((body as unknown as ExplainAnswer).allowed).toBe(true);
      const violations = async () => {
        const answer = await world.rest("GET", "image-policies/violations");
        const found = answer.body["violations"] as { workload: { name: string } }[];
        return found.map(({ workload }) => workload.name);
      };
      await expect.poll(violations).toEqual(["other"]);
    });

    it("that are asked for anew under a name are not granted by who decides on what was there before", async () => {
      const path = `workspaces/${workspace}/exceptions/again`;
      const versionOf = ({ body }: Awaited<ReturnType<typeof request>>) =>
        (body["exception"] as ExceptionView).meta.resourceVersion;
      const decide = (resourceVersion: string, decision = "grant") =>
        approver().rest("POST", `${path}/${decision}`, { resourceVersion });
      const shown = versionOf(await request("again", { image: "busybox:1.30" }));
      await world.rest("DELETE", path);
      const now = versionOf(await request("again", { image: "busybox" }));
      const stale = await decide(shown);
      expect([stale.status, stale.body["message"]]).toEqual([
        409,
        expect.stringContaining("asked for anew meanwhile"),
      ]);
      expect((await decide(shown, "deny")).status).toBe(409);
      expect(await stateOf("again")).toBe("Requested");
      expect(await refusalFor("busybox")).toContain("[no-busybox]");
      expect((await decide(now)).status).toBe(200);
      expect(await refusalFor("busybox")).toBe("");
      await world.rest("DELETE", path);
    });

    it("are in what is explained of a workload, whose next pods are judged", async () => {
      const body = deployment("explained", "busybox:1.30");
      await apps.createNamespacedDeployment({ namespace, body });
      const owned = { namespace, labelSelector: "app=explained" };
      const { metadata } = await eventually(
        async () => (await apps.listNamespacedReplicaSet(owned)).items[0],
      );
      await request("explained", { workload: { kind: "Deployment", name: "explained" } });
      const explain = (of: string) => world.tmc("image", "explain", "--workload", of, "-n", namespace);
      const refused = await explain("deployment/explained");
      expect(refused.out).toContain(`busybox:1.30 (container main): refused in namespace "${namespace}"`);
      expect((await grant("explained")).status).toBe(200);
      for (const of of ["Deployment/explained", `replicaset/${metadata?.name ?? ""}`])
        expect((await explain(of)).out).toContain("passes by an exception");
      expect((await explain("deployment/nowhere")).err).toContain(
        `NotFound: deployment "nowhere" not found in namespace "${namespace}"`,
      );
      expect((await explain("explained")).err).toContain("such as deployment/web");
      const both = await world.tmc(
        ...`image explain busybox --workload deployment/explained -n ${namespace}`.split(" "),
      );
      expect(both.err).toContain("expected one of an image, --pod and --workload");
      await exception("delete", "explained");
      await apps.deleteNamespacedDeployment({ namespace, name: "explained" });
    });

    it("refuse at the deadline while no controller runs, and are written down as expired by the next", async () => {
      controller.abort();
      await request("short", { image: "busybox:9", expires: new Date(Date.now() + 20_000).toISOString() });
      await grant("short");
      expect(await refusalFor("busybox:9")).toBe("");
      await eventually(async () => ((await refusalFor("busybox:9")) === "" ? undefined : true));
      expect(await parameters()).toContain("busybox");
      expect(await parameters()).toMatch(/\n\?\|20[^|]+\|\*\|=docker.io\|=\|=library\/busybox\|=9\|/);
      controller = new AbortController();
      await control();
      await eventually(async () => ((await parameters())?.includes("=9|") === true ? undefined : true));
      const told = await eventually(async () => {
        const { items } = await world.core.listNamespacedEvent({ namespace });
        return items.find(({ reason }) => reason === "ImagePolicyExceptionExpired");
      });
      expect(told.message).toMatch(
        /^The exception short of the image policy no-busybox \(busybox:9 in namespace/,
      );
      expect(await stateOf("short")).toBe("Expired");
      expect((await grant("short")).status).toBe(409);
    });

    it("that have expired stay so, whatever the clocks say later", async () => {
      const store = createHierarchyStore(await createClusterClient(kubeConfig));
      const name = `${organization}.${workspace}.short`;
      const stored = await store.get<ExceptionObjectSpec>("imagepolicyexceptions", name);
      if (!stored) throw new Error(`${name} is gone`);
      const spec = { ...stored.spec, expires: toSecond(new Date(Date.now() + HOUR_MS)) };
      await store.replace("imagepolicyexceptions", { ...stored, spec });
      await request("later", { image: "quay.io/*" });
      await grant("later");
      expect(await refusalFor("busybox:9")).toContain("[no-busybox]");
      expect(await parameters()).not.toContain("=9|");
    });

    it("go with the policy, and do not come back with another of its name", async () => {
      const { body } = await world.rest("GET", `workspaces/${workspace}/policies/no-busybox`);
      await world.tmc("workspace", "image-policy", "delete", "no-busybox", "-k", workspace);
      await world.rest("POST", `workspaces/${workspace}/policies`, { policy: body["policy"] });
      expect(await refusalFor("quay.io/busybox")).toContain("[no-busybox]");
      expect((await exception("list")).out).toBe("No exceptions to list");
    });

    it.each([
      ["of no policy", { policy: "none" }, 404],
      ["in a namespace of others", { namespace: "kube-system" }, 404],
      ["that have expired before they begin", { expires: "2020-01-01T00:00:00Z" }, 400],
      ["for ever", { expires: "9999-01-01T00:00:00Z" }, 400],
      ["of everything", { namespace: null }, 400],
    ])("%s cannot be asked for", async (_words, change, status) => {
      expect((await request("refused", change)).status).toBe(status);
    });
  });
}

import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Change } from "../../../policy/common/history-api.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { MAX_CHANGES } from "../../../policy/node/history/kept-changes.js";
import { writeChange } from "../../../policy/node/history/record-change.js";
import type { HierarchyStore } from "../../../policy/node/hierarchy-store.js";
import { createPolicyContext, type PolicyContext } from "../../../policy/node/context.js";
import type { ImagePolicySpec } from "../../../policy/node/records.js";
import { eventually, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-history";
const namespace = organization;
const workspace = "history-ws";
const cluster = `${organization}-cluster`;
const path = `workspaces/${workspace}`;

const policy = (imageName: string) => ({
  policy: {
    fullName: { name: "blocked" },
    spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
  },
});

const told = (changes: Change[]) =>
  changes.map(({ revision, action, user, via }) => `${String(revision)} ${action} by ${user || via}`);

const images = ({ before, after }: Change) =>
  [before, after].map((state) => (state as ImagePolicySpec | null)?.input.rules[0]?.imageName);

/** The claims about the history of changes, made about any cluster. */
export function describeHistory(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let store: HierarchyStore;
    let context: PolicyContext;
    const controller = new AbortController();

    const changesOf = async (query: string) =>
      (await world.rest("GET", `${path}/history${query}`)).body["changes"] as Change[];
    const refusalFor = (image: string) =>
      refusalText(
        world.core.createNamespacedPod({
          namespace,
          body: { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } },
          dryRun: "All",
        }),
      );

    beforeAll(async () => {
      const { kubeConfig } = target();
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      context = await createPolicyContext(kubeConfig, silent);
      store = context.store;
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      const subject = { kind: "USER", name: "alice" };
      await world.rest("PATCH", `workspaces:iam/${workspace}`, {
        bindingDeltaList: [{ op: "ADD", role: "workspace.admin", subject }],
      });
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
    });
    afterAll(() => {
      controller.abort();
      world?.close();
    });

    it("who, what, before and after of every change of a policy, as soon as it is answered", async () => {
      await world.rest("POST", `${path}/policies`, policy("busybox"));
      await world.as("alice").rest("PUT", `${path}/policies/blocked`, policy("alpine"));
      const changes = await changesOf("?kind=policy&name=blocked");
      expect(told(changes)).toEqual(["2 changed by alice", "1 created by learner"]);
      expect(changes.map(images)).toEqual([
        ["busybox", "alpine"],
        [undefined, "busybox"],
      ]);
      const { body } = await world.rest("GET", `${path}/history/${changes[0]?.id ?? ""}`);
      expect(body["change"]).toEqual(changes[0]);
    });

    it("nothing of what was only tried, refused, or is as it was", async () => {
      await world.rest("PUT", `${path}/policies/blocked?dryRun=true`, policy("nginx"));
      await world.as("nobody").rest("PUT", `${path}/policies/blocked`, policy("nginx"));
      await world.rest("PUT", `${path}/policies/blocked`, policy("alpine"));
      expect(await changesOf("?kind=policy&name=blocked")).toHaveLength(2);
    });

    it("a revision is in force again when restoring it answers, also after the policy was deleted", async () => {
      const first = (await changesOf("?kind=policy")).at(-1)?.id ?? "";
      const restore = () => world.as("alice").rest("POST", `${path}/history/${first}/restore`);
      expect(await refusalFor("busybox")).toBe("");
      expect((await restore()).status).toBe(200);
      expect(await refusalFor("busybox")).toContain("[blocked]");
      await world.rest("DELETE", `${path}/policies/blocked`);
      expect(await refusalFor("busybox")).toBe("");
      expect((await restore()).status).toBe(200);
      expect(await refusalFor("busybox")).toContain("[blocked]");
      expect(told(await changesOf("?kind=policy"))).toEqual([
        "5 created by alice",
        "4 deleted by learner",
        "3 changed by alice",
        "2 changed by alice",
        "1 created by learner",
      ]);
      const deleted = (await changesOf("?kind=policy"))[1]?.id ?? "";
      const answer = await world.rest("POST", `${path}/history/${deleted}/restore`);
      expect([answer.status, answer.body["message"]]).toEqual([
        409,
        expect.stringContaining("restore the change before"),
      ]);
    });

    it("attachments, exceptions, roles and workspaces alike", async () => {
      const at = `clusters/${cluster}/namespaces/${namespace}`;
      const expires = new Date(Date.now() + 3_600_000).toISOString();
      const spec = { policy: "blocked", namespace, owner: "blue", reason: "ticket 7", expires };
      await world.rest("POST", `${path}/exceptions`, { exception: { fullName: { name: "debug" }, spec } });
      await world.as("alice").rest("POST", `${path}/exceptions/debug/grant`, {});
      await world.rest("DELETE", at);
      expect(told(await changesOf("?kind=exception"))).toEqual([
        "2 granted by alice",
        "1 requested by learner",
      ]);
      expect(told(await changesOf("?kind=namespace"))).toEqual([
        "2 detached by learner",
        "1 attached by learner",
      ]);
      expect(told(await changesOf("?kind=access"))).toEqual(["1 created by learner"]);
      const attached = (await changesOf("?kind=namespace"))[1]?.id ?? "";
      expect((await world.rest("POST", `${path}/history/${attached}/restore`)).status).toBe(200);
      expect((await world.rest("GET", at)).status).toBe(200);
    });

    it("an exception is asked for anew by restoring it, and holds once another grants it", async () => {
      const granted = (await changesOf("?kind=exception"))[0]?.id ?? "";
      const restore = () => world.as("alice").rest("POST", `${path}/history/${granted}/restore`);
      expect((await restore()).status).toBe(409);
      await world.rest("DELETE", `${path}/exceptions/debug`);
      expect((await restore()).status).toBe(200);
      const { body } = await world.rest("GET", `${path}/exceptions/debug`);
      expect(body["exception"]).toMatchObject({
        spec: { policy: "blocked", namespace, owner: "blue", reason: "ticket 7" },
        status: { state: "Requested", requestedBy: "alice" },
      });
      expect(body["exception"]).not.toHaveProperty("status.decidedBy");
      expect(await refusalFor("busybox")).toContain("[blocked]");
      const grant = (user?: string) =>
        (user === undefined ? world : world.as(user)).rest("POST", `${path}/exceptions/debug/grant`, {});
      expect((await grant("alice")).status).toBe(403);
      expect((await grant()).status).toBe(200);
      expect(await refusalFor("busybox")).toBe("");
      await world.rest("DELETE", `${path}/exceptions/debug`);
    });

    it("a namespace that moves away is in the history of the workspace it leaves", async () => {
      const elsewhere = "history-elsewhere";
      const at = `clusters/${cluster}/namespaces/${namespace}`;
      const moveTo = (workspaceName: string) =>
        world.rest("PUT", at, { namespace: { spec: { workspaceName } } });
      await world.rest("POST", "workspaces", { workspace: { fullName: { name: elsewhere } } });
      expect((await moveTo(elsewhere)).status).toBe(200);
      const [left] = await changesOf("?kind=namespace");
      expect(left).toMatchObject({ action: "moved away", name: namespace, user: "learner", after: null });
      expect(JSON.stringify(left)).not.toContain(elsewhere);
      const one = await world.rest("GET", `${path}/history/${left?.id ?? ""}`);
      expect(one.body["change"]).toEqual(left);
      const restored = await world.rest("POST", `${path}/history/${left?.id ?? ""}/restore`);
      expect(restored.status).toBe(409);
      expect((await moveTo(workspace)).status).toBe(200);
      const there = await world.rest("GET", `workspaces/${elsewhere}/history?kind=namespace`);
      const actions = (there.body["changes"] as Change[]).map(({ action }) => action);
      expect(actions).toEqual(["moved away", "moved"]);
      await world.rest("DELETE", `workspaces/${elsewhere}`);
    });

    it("tmc lists, compares and restores revisions by their number", async () => {
      const history = await world.tmc("workspace", "image-policy", "history", "blocked", "-k", workspace);
      expect(history.out).toMatch(
        /^REVISION +TIME +USER +ACTION +CHANGED\n5 [^]*\n2 +20\S+Z +alice +changed +input.rules.0.imageName\n/,
      );
      const shown = ["history", "blocked", "-k", workspace, "--revision", "2"];
      const compared = await world.tmc("workspace", "image-policy", ...shown);
      expect(compared.out).toBe('input.rules.0.imageName: "busybox" -> "alpine"');
      const restore = ["workspace", "image-policy", "restore", "blocked", "-k", workspace, "--revision"];
      expect((await world.tmc(...restore, "2", "--dry-run")).out).toContain("dry run");
      expect(await refusalFor("alpine")).toBe("");
      expect((await world.tmc(...restore, "2")).out).toBe(
        '✔ image policy "blocked" is again what it was in revision 2',
      );
      expect(await refusalFor("alpine")).toContain("[blocked]");
      expect((await world.tmc(...restore, "99")).err).toContain("NotFound: ");
      const all = await world.tmc("workspace", "history", workspace);
      expect(all.out).toMatch(/namespace +lab-history +attached/);
    });

    it("a change in the cluster itself as one, by whom it does not say, and no change twice", async () => {
      await startPolicyController({ ...target(), logger: silent, signal: controller.signal });
      const name = `${organization}.${workspace}.blocked`;
      const stored = await eventually(() => store.get<ImagePolicySpec>("imagepolicies", name));
      const revisions = (await changesOf("?kind=policy&name=blocked")).length;
      const input = { ...stored.spec.input, rules: [{ imageName: "nginx" }] };
      await eventually(async () => {
        const now = await store.get<ImagePolicySpec>("imagepolicies", name);
        return (
          now && store.replace("imagepolicies", { ...now, spec: { ...now.spec, input } as ImagePolicySpec })
        );
      });
      const found = await eventually(async () => {
        const changes = await changesOf("?kind=policy&name=blocked");
        return changes.length > revisions ? changes : undefined;
      });
      expect(found).toHaveLength(revisions + 1);
      expect(told(found)[0]).toBe(`${String(revisions + 1)} changed by cluster`);
      await store.remove("imagepolicies", name);
      await eventually(async () => {
        const [newest] = await changesOf("?kind=policy&name=blocked");
        return newest?.action === "deleted" && newest.via === "cluster" ? newest : undefined;
      });
      // What the world made before any controller ran was written down by this one.
      const made = await eventually(async () => {
        const changes = await changesOf("?kind=workspace");
        return changes.length > 0 ? changes : undefined;
      });
      expect(told(made)).toEqual(["1 created by lectern"]);
    });

    it("no more than there is room for, the oldest going first", async () => {
      const address = { organization, workspace };
      for (let index = 0; index < MAX_CHANGES; index++)
        await writeChange(context, {
          id: `00000000-0000-0000-0000-000000000000.${String(index)}`,
          address,
          kind: "policy",
          of: "many",
          action: "changed",
          user: "alice",
          state: { index },
        });
      const changes = await changesOf("");
      // Beyond them stands only what made a thing that is there what it is.
      const beyond = changes.slice(MAX_CHANGES);
      expect(new Set(beyond.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(beyond.length);
      expect(beyond.filter(({ after }) => after === undefined)).toEqual([]);
      const many = changes.filter(({ name }) => name === "many");
      expect(many[0]).toMatchObject({ revision: MAX_CHANGES, after: { index: MAX_CHANGES - 1 } });
      // Before the oldest that is kept was one that is not.
      expect(changes.filter(({ name }) => name === "blocked")).toEqual([]);
      // Some thousand requests, one after the other.
    }, 300_000);
  });
}

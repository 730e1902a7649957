import type { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statusOf } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-tmc";
const namespace = "lab-tmc";
const cluster = "lab-tmc-cluster";
const workspace = "tko-day1-ops-ws";

/** The claims about `tmc` and the REST behind it, made about any cluster. */
export function describeTmc(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;

    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
    });
    afterAll(() => world?.close());

    const tmc: TmcWorldOnCluster["tmc"] = (...argv) => world.tmc(...argv);
    const file: TmcWorldOnCluster["file"] = (...of) => world.file(...of);
    const rest: TmcWorldOnCluster["rest"] = (...asked) => world.rest(...asked);
    const attach = [
      "cluster",
      "namespace",
      "attach",
      "--kubeconfig=.kube/config",
      "-n",
      namespace,
      "-k",
      workspace,
      "-c",
      cluster,
    ];

    it("attaches the namespace by the command of the page, once", async () => {
      expect(await tmc(...attach)).toEqual({
        status: 0,
        out: `✔ namespace "${namespace}" attached successfully`,
        err: "",
      });
      const again = await tmc(...attach);
      expect(again.status).toBe(1);
      expect(again.err).toMatch(/^Error: AlreadyExists: .*attached to workspace "tko-day1-ops-ws"/);
    });

    it("lists and shows the namespace in the original's shapes", async () => {
      expect((await tmc("cluster", "namespace", "list")).out).toMatch(
        /^NAME +WORKSPACE +CLUSTER +PHASE\nlab-tmc +tko-day1-ops-ws +lab-tmc-cluster +READY$/,
      );
      const { namespaces, totalCount } = JSON.parse(
        (await tmc("cluster", "namespace", "list", "-o", "json")).out,
      ) as {
        namespaces: { fullName: { name: string } }[];
        totalCount: string;
      };
      expect([namespaces[0]?.fullName.name, totalCount]).toEqual([namespace, "1"]);
      expect((await tmc("cluster", "namespace", "get", namespace, "-c", cluster)).out).toContain(
        "workspaceName: tko-day1-ops-ws",
      );
    });

    it("knows the organization it is logged in to", async () => {
      expect((await tmc("system", "context", "list")).out).toMatch(/\n\* +lab-tmc +http:.* lab-tmc$/);
    });

    it("says NotFound for what there is not", async () => {
      for (const argv of [
        ["cluster", "get", "nowhere"],
        ["workspace", "get", "nowhere"],
        ["workspace", "image-policy", "get", "nothing", "--workspace-name", workspace],
        ["cluster", "namespace", "attach", "-n", "kube-system", "-k", workspace, "-c", cluster],
        ["organization", "image-policy", "delete", "nothing"],
      ]) {
        const { status, err } = await tmc(...argv);
        expect([argv.join(" "), status, err]).toEqual([
          argv.join(" "),
          1,
          expect.stringContaining("NotFound: "),
        ]);
      }
    });

    it("creates, lists, updates and deletes a policy from a manifest that leaves things out", async () => {
      const manifest = file(
        "busybox.yaml",
        `fullName:\n  name: only-busybox\n  workspaceName: ${workspace}\nspec:\n  input:\n    rules:\n    - imageName: library/busybox\n      tag: {}\n  recipe: custom\n  type: image-policy\n`,
      );
      const policy = ["workspace", "image-policy"];
      const effect = "Images may run only when they are named library/busybox. All others are refused.";
      expect((await tmc(...policy, "create", "-f", manifest, "--dry-run")).out).toContain("dry run");
      expect((await tmc(...policy, "list", "--workspace-name", workspace)).out).toBe(
        "No image policies to list",
      );
      expect((await tmc(...policy, "create", "-f", manifest)).out).toBe(
        `✔ image policy "only-busybox" created successfully\n  ${effect}`,
      );
      expect((await tmc(...policy, "create", "-f", manifest)).err).toContain("AlreadyExists");
      expect((await tmc(...policy, "list", "--workspace-name", workspace)).out).toMatch(
        /\nonly-busybox +custom +allow +false +true +1$/,
      );
      const yaml = (await tmc(...policy, "get", "only-busybox", "--workspace-name", workspace)).out;
      expect(yaml).toContain("imageName: library/busybox");
      const update = await tmc(...policy, "update", "-f", file("fed-back.yaml", yaml));
      expect(update).toEqual({
        status: 0,
        out: `✔ image policy "only-busybox" updated successfully\n  ${effect}`,
        err: "",
      });
      expect((await tmc(...policy, "delete", "only-busybox", workspace)).status).toBe(0);
    });

    it("creates policies from recipes and flags", async () => {
      const create = ["workspace", "image-policy", "create", "--workspace-name", workspace];
      expect((await tmc(...create, "-r", "require-digest", "-n", "digests")).status).toBe(0);
      expect(
        (
          await tmc(
            ...create,
            "-r",
            "allowed-name-tag",
            "-n",
            "echo",
            "--image-name",
            "*/http-echo",
            "-t",
            "0.2.0",
          )
        ).status,
      ).toBe(0);
      const { body } = await rest("GET", `workspaces/${workspace}/policies`);
      expect(
        (body as { policies: { fullName: { name: string } }[] }).policies
          .map(({ fullName }) => fullName.name)
          .toSorted(),
      ).toEqual(["digests", "echo"]);
      const wrong = await tmc(...create, "-r", "custom", "--effect", "allow", "-n", "empty");
      expect([wrong.status, wrong.err]).toEqual([
        1,
        expect.stringContaining("spec.input.rules: recipe custom needs at least one rule"),
      ]);
      for (const name of ["digests", "echo"])
        await tmc("workspace", "image-policy", "delete", name, "-w", workspace);
    });

    it("creates, lists and deletes workspaces, but not one with namespaces", async () => {
      expect((await tmc("workspace", "create", "-n", "team-blue", "-d", "the blue team")).status).toBe(0);
      expect((await tmc("workspace", "create", "-n", "team-blue")).err).toContain("AlreadyExists");
      expect((await tmc("workspace", "list")).out).toMatch(/team-blue +0 +0 +the blue team/);
      expect((await tmc("workspace", "delete", "team-blue")).status).toBe(0);
      expect((await tmc("workspace", "delete", workspace)).err).toContain("still has namespaces (lab-tmc)");
    });

    it("lists and shows clusters", async () => {
      expect((await tmc("cluster", "list")).out).toMatch(
        /^NAME +MANAGEMENTCLUSTER +PROVISIONER[^\n]*\nlab-tmc-cluster +attached +attached +READY/,
      );
      expect(
        (await tmc("cluster", "get", cluster, "-p", "attached", "-m", "attached", "-o", "json")).out,
      ).toContain('"HEALTHY"');
    });

    it("answers TMC's envelopes and errors", async () => {
      const policy = { fullName: { name: "pins" }, spec: { recipe: "require-digest" } };
      const created = await rest("POST", "organization/policies", { policy });
      expect(created.status).toBe(200);
      expect(created.body).toMatchObject({
        policy: {
          fullName: { name: "pins", orgId: organization },
          spec: {
            type: "image-policy",
            recipe: "require-digest",
            recipeVersion: "v1",
            input: { audit: false },
          },
          status: { inForce: true, namespaces: 1 },
          type: { kind: "Policy", version: "v1alpha1" },
        },
      });
      expect(await rest("POST", "organization/policies", { policy })).toMatchObject({
        status: 409,
        body: {
          code: 6,
          reason: "AlreadyExists",
          message: expect.stringContaining("AlreadyExists: ") as string,
        },
      });
      expect(await rest("GET", "organization/policies/none")).toMatchObject({
        status: 404,
        body: { code: 5 },
      });
      expect(
        await rest("POST", "organization/policies", {
          policy: { fullName: { name: "UPPER" }, spec: { recipe: "no" } },
        }),
      ).toMatchObject({
        status: 400,
        body: { code: 3, fields: [{ path: "fullName.name" }, { path: "spec.recipe" }] },
      });
      expect(await rest("GET", "nothing/here")).toMatchObject({ status: 404, body: { reason: "NotFound" } });
      expect((await rest("DELETE", "organization/policies/pins")).status).toBe(200);
    });

    it("explains, previews and tells what holds over REST", async () => {
      const policy = {
        fullName: { name: "no-busybox", workspaceName: workspace },
        spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName: "busybox" }] } },
      };
      await rest("POST", `workspaces/${workspace}/policies`, { policy });
      expect((await rest("GET", `image-policies/effective/${namespace}`)).body).toMatchObject({
        workspace,
        managed: true,
        policies: [{ name: "no-busybox", origin: { kind: "workspace", workspace } }],
      });
      const { body } = await rest("POST", "image-policies/explain", { namespace, image: "busybox" });
      expect(body).toMatchObject({
        allowed: false,
        images: [
          {
            verdict: {
              reference: { path: "library/busybox" },
              policies: [{ passed: false, rules: [{ matched: true }] }],
            },
          },
        ],
      });
      expect((await rest("POST", "image-policies/explain", { namespace })).status).toBe(400);
      expect((await rest("POST", "image-policies/preview", { policy, remove: true })).body).toMatchObject({
        namespaces: [namespace],
        wouldRefuse: [],
      });
      expect((await rest("GET", "image-policies/activity")).body).toEqual({ entries: [] });
      await rest("DELETE", `workspaces/${workspace}/policies/no-busybox`);
    });

    it("refuses bodies that are too large or no JSON", async () => {
      expect(await statusOf(world.url, "{")).toBe(400);
      expect(await statusOf(world.url, JSON.stringify({ policy: { x: "x".repeat(300_000) } }))).toBe(413);
    });

    it("detaches", async () => {
      expect((await tmc("cluster", "namespace", "detach", namespace, "-c", cluster)).out).toBe(
        `✔ namespace "${namespace}" detached successfully`,
      );
      expect((await tmc("cluster", "namespace", "list")).out).toBe("No namespaces to list");
    });
  });
}

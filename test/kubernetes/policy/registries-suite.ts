import { AppsV1Api, type KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { KnownImage } from "../../../policy/common/known-image.js";
import type { ExplainAnswer, Violation } from "../../../policy/common/tmc-api.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { createRegistries, registriesFile } from "../../../policy/node/registry/registries.js";
import { type SmallRegistry, startSmallRegistry } from "./small-registry.js";
import { deployment, eventually, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-registries";
const namespace = organization;
const workspace = "verified-ws";
const cluster = `${organization}-cluster`;

const pod = (name: string, of: string) => ({
  metadata: { name },
  spec: { containers: [{ name: "main", image: of }] },
});

/** The claims about what registries tell of tags, made about any cluster. */
export function describeRegistries(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let registry: SmallRegistry;
    /** Listens, and no operator has listed it. */
    let unlisted: SmallRegistry;
    let apps: AppsV1Api;
    const controller = new AbortController();

    const image = (tag: string) => `${registry.host}/team/app:${tag}`;
    const refusalFor = (of: string) =>
      refusalText(world.core.createNamespacedPod({ namespace, body: pod("bare", of), dryRun: "All" }));
    const known = async () =>
      (await world.rest("GET", "image-policies/known-images")).body["images"] as KnownImage[];
    const verify = async (of: string) =>
      (await world.rest("POST", "image-policies/verify", { image: of })).body["images"] as KnownImage[];
    const explain = async (of: string) =>
      (await world.rest("POST", "image-policies/explain", { namespace, image: of }))
        .body as unknown as ExplainAnswer;

    beforeAll(async () => {
      const { kubeConfig } = target();
      registry = await startSmallRegistry();
      unlisted = await startSmallRegistry();
      const listed = { host: registry.host, endpoint: `http://${registry.host}` };
      const registries = createRegistries(registriesFile.parse({ registries: [listed], recheckSeconds: 1 }));
      world = await startTmcWorld(kubeConfig, { organization, workspace, registries });
      apps = kubeConfig.makeApiClient(AppsV1Api);
      await startPolicyController({ kubeConfig, registries, logger: silent, signal: controller.signal });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
    });
    afterAll(async () => {
      controller.abort();
      world?.close();
      await registry?.close();
      await unlisted?.close();
    });

    it("are asked in the background about what is in use, and refusals name the digest", async () => {
      const digest = registry.push("team/app", "1.0");
      const { out, status } = await world.tmc(
        "workspace",
        "image-policy",
        "create",
        "pins",
        "--recipe-name=require-digest",
        "--verify",
        `--workspace-name=${workspace}`,
      );
      expect([status, out]).toEqual([0, expect.stringContaining("Registries are asked what tags mean.")]);
      await apps.createNamespacedDeployment({ namespace, body: deployment("web", image("1.0")) });
      await expect
        .poll(() => refusalFor(image("1.0")))
        .toContain(`image <${image("1.0")}> (write ${image("1.0")}@${digest})`);
      expect(await refusalFor(`${image("1.0")}@${digest}`)).toBe("");
      expect(await known()).toContainEqual({ image: image("1.0"), digest });
    });

    it("are asked at once where somebody wants to know", async () => {
      const digest = registry.push("team/app", "2.0");
      expect(await refusalFor(image("2.0"))).toContain(
        `(not looked at yet: tmc image verify ${image("2.0")})`,
      );
      const { out } = await world.tmc("image", "verify", image("2.0"));
      expect(out).toBe(`${image("2.0")}: ${digest}`);
      expect(await refusalFor(image("2.0"))).toContain(`(write ${image("2.0")}@${digest})`);
      const answer = await explain(image("2.0"));
      expect(answer.images[0]?.verdict.policies[0]?.advice).toBe(`Write ${image("2.0")}@${digest}.`);
      expect((await world.tmc("image", "list")).out).toContain(digest);
    });

    it("that the operator has not listed are not called, and the refusal says so", async () => {
      const other = `${unlisted.host}/internal/app:1`;
      unlisted.push("internal/app", "1");
      const problem = `the registry ${unlisted.host} is not among those that may be asked`;
      expect(await verify(other)).toEqual([{ image: other, problem: expect.stringContaining(problem) }]);
      expect(await refusalFor(other)).toContain(problem);
      registry.misbehave({ kind: "redirects", to: `http://${unlisted.host}/v2/` });
      expect((await verify(image("3.0")))[0]?.problem).toContain(`it sends to ${unlisted.host}`);
      registry.misbehave({ kind: "token", realm: `http://${unlisted.host}/token` });
      expect((await verify(image("3.0")))[0]?.problem).toContain("does not let it be asked at (tokenHosts)");
      registry.misbehave(undefined);
      expect(unlisted.requests).toEqual([]);
    });

    it("that lie, never end or have nothing are told by name", async () => {
      registry.misbehave({ kind: "lies" });
      expect((await verify(image("4.0")))[0]?.problem).toContain("has the digest sha256:");
      registry.misbehave({ kind: "endless" });
      expect((await verify(image("4.0")))[0]?.problem).toContain("its answer is longer than 4194304 bytes");
      registry.misbehave(undefined);
      expect((await verify(image("4.0")))[0]?.problem).toBe(
        `the registry ${registry.host} has no 4.0 of team/app`,
      );
      const { body, status } = await world.rest("POST", "image-policies/verify", { image: "not an image" });
      expect([status, body["message"]]).toEqual([400, expect.stringContaining('"not an image" is no image')]);
      const long = await world.rest("POST", "image-policies/verify", {
        image: `${"a.".repeat(300)}com/app:1`,
      });
      expect(long).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining("512 characters at most") as string },
      });
    });

    it("are asked by whoever may only look, and nothing of that is kept", async () => {
      const digest = registry.push("team/app", "6.0", "sixth");
      await world.rest("PATCH", `workspaces:iam/${workspace}`, {
        bindingDeltaList: ["view", "edit"].map((level) => ({
          op: "ADD",
          role: `workspace.${level}`,
          subject: { kind: "USER", name: `may-${level}` },
        })),
      });
      const lookedAt = async (user: string) =>
        (await world.as(user).rest("POST", "image-policies/verify", { image: image("6.0") })).body["images"];
      expect(await lookedAt("may-view")).toEqual([{ image: image("6.0"), digest }]);
      expect((await known()).map((each) => each.image)).not.toContain(image("6.0"));
      expect(await lookedAt("may-edit")).toEqual([{ image: image("6.0"), digest }]);
      expect((await known()).map((each) => each.image)).toContain(image("6.0"));
    });

    it("that do not answer are given up at a deadline", async () => {
      registry.misbehave({ kind: "silent" });
      expect((await verify(image("5.0")))[0]?.problem).toContain("did not answer within 10 s");
      registry.misbehave(undefined);
    });

    it("tell of a tag that was moved, until somebody takes it as it is", async () => {
      const [before] = await verify(image("1.0"));
      const digest = registry.push("team/app", "1.0", "second");
      await expect.poll(known).toContainEqual({
        image: image("1.0"),
        digest,
        moved: { from: before?.digest, at: expect.any(String) as string },
      });
      const moved = `was moved: from ${before?.digest} to ${digest}`;
      await expect
        .poll(async () =>
          ((await world.rest("GET", "image-policies/violations")).body["violations"] as Violation[]).map(
            ({ workload, reason }) => `${workload.kind}/${workload.name}: ${reason}`,
          ),
        )
        .toContainEqual(expect.stringContaining(moved));
      const pinned = `${image("1.0")}@${before?.digest}`;
      const verdict = (await explain(pinned)).images[0]?.verdict;
      expect([verdict?.allowed, verdict?.policies[0]?.warning]).toEqual([
        true,
        expect.stringContaining(`means ${digest} in the registry now`),
      ]);
      expect(await verify(image("1.0"))).toEqual([{ image: image("1.0"), digest }]);
    });
  });
}

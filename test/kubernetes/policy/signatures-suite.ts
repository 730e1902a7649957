import { generateKeyPairSync } from "node:crypto";

import { AppsV1Api, type KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import type { ExplainAnswer } from "../../../policy/common/tmc-api.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { readTrustedRoot } from "../../../policy/node/verify/trusted-root.js";
import { createRegistries, registriesFile } from "../../../policy/node/registry/registries.js";
import { signImage } from "./signed-image.js";
import { makeSigningAuthority, pushBundle, type SigningAuthority } from "./signing-authority.js";
import { type SmallRegistry, startSmallRegistry } from "./small-registry.js";
import { deployment, eventually, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-signed";
const namespace = organization;
const workspace = "signed-ws";
const cluster = `${organization}-cluster`;
const repository = "team/app";

interface Stored {
  metadata: { name: string };
  spec: { organization: string; image: string; signatures: { signers: string }[] };
}

const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { key: privateKey, pem: publicKey.export({ type: "spki", format: "pem" }) as string };
};

/** The claims about images that have to be signed, made about any cluster. */
export function describeSignatures(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let registry: SmallRegistry;
    let apps: AppsV1Api;
    let authority: SigningAuthority;
    const controller = new AbortController();
    const trusted = keys();
    const stranger = keys();

    const name = () => `${registry.host}/${repository}`;
    const refusalFor = (image: string) => {
      const spec = { containers: [{ name: "main", image }] };
      return refusalText(
        world.core.createNamespacedPod({
          namespace,
          body: { metadata: { name: "bare" }, spec },
          dryRun: "All",
        }),
      );
    };
    const explain = async (image: string) =>
      (
        (await world.rest("POST", "image-policies/explain", { namespace, image }))
          .body as unknown as ExplainAnswer
      ).images[0]?.verdict;

    beforeAll(async () => {
      const { kubeConfig } = target();
      registry = await startSmallRegistry();
      const listed = { host: registry.host, endpoint: `http://${registry.host}` };
      authority = await makeSigningAuthority();
      const registries = createRegistries(
        registriesFile.parse({ registries: [listed], recheckSeconds: 1 }),
        readTrustedRoot(authority.trustedRoot),
      );
      world = await startTmcWorld(kubeConfig, { organization, workspace, registries });
      apps = kubeConfig.makeApiClient(AppsV1Api);
      await startPolicyController({ kubeConfig, registries, logger: silent, signal: controller.signal });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
      const file = world.file("cosign.pub", trusted.pem);
      const { status, err } = await world.tmc(
        "workspace",
        "image-policy",
        "create",
        "signed",
        "--recipe-name=require-signature",
        `--key=${file}`,
        `--workspace-name=${workspace}`,
      );
      expect([status, err]).toEqual([0, ""]);
    });
    afterAll(async () => {
      controller.abort();
      world?.close();
      await registry?.close();
    });

    it("are refused while nothing is known, and run once a signature by the trusted key is", async () => {
      const digest = registry.push(repository, "1.0");
      signImage(registry, { repository, digest, key: trusted.key });
      const pinned = `${name()}@${digest}`;
      expect(await refusalFor(pinned)).toContain(`(not looked at yet: tmc image verify ${pinned})`);
      const { out } = await world.tmc("image", "verify", `${name()}:1.0`);
      expect(out).toContain("signed by a trusted key");
      expect(await refusalFor(pinned)).toBe("");
      expect(await refusalFor(`${name()}:1.0`)).toContain(`(write ${name()}:1.0@${digest})`);
      expect(await explain(pinned)).toMatchObject({
        allowed: true,
        policies: [{ passed: true, reason: "It is signed by a trusted key." }],
      });
    });

    it("are stored with a fingerprint of the keys, also where an older server stored the keys themselves", async () => {
      const client = new KubernetesClient(target().kubeConfig);
      const all = "/apis/policy.lectern.dev/v1alpha1/knownimages";
      const stored = async () =>
        (await client.get<{ items: Stored[] }>(all)).items.filter(
          ({ spec }) => spec.organization === organization && spec.image === `${name()}:1.0`,
        )[0];
      const before = await stored();
      const reason = "signed by a trusted key";
      expect(before?.spec.signatures).toEqual([
        { signers: expect.stringMatching(/^[0-9a-f]{64}$/) as string, verified: true, reason },
      ]);
      const whole = [{ signers: JSON.stringify([{ key: trusted.pem.trim() }]), verified: true, reason }];
      await client.merge(`${all}/${before?.metadata.name}`, { spec: { signatures: whole } });
      await world.rest("POST", "image-policies/verify", { image: `${name()}:1.0` });
      expect((await stored())?.spec.signatures).toEqual(before?.spec.signatures);
      client.close();
    });

    it("of workloads are looked at by themselves, and their pods come when it is done", async () => {
      const digest = registry.push(repository, "2.0", "second");
      signImage(registry, { repository, digest, key: trusted.key });
      await apps.createNamespacedDeployment({
        namespace,
        body: deployment("web", `${name()}:2.0@${digest}`),
      });
      await expect
        .poll(async () => (await apps.readNamespacedDeployment({ namespace, name: "web" })).status?.replicas)
        .toBe(1);
      await expect
        .poll(
          async () =>
            (await world.core.listNamespacedPod({ namespace, labelSelector: "app=web" })).items.length,
        )
        .toBe(1);
    });

    it("by others, of other images or by nobody are refused, each in words", async () => {
      const byStranger = registry.push(repository, "3.0", "third");
      signImage(registry, { repository, digest: byStranger, key: stranger.key });
      const ofAnother = registry.push(repository, "4.0", "fourth");
      signImage(registry, { repository, digest: ofAnother, key: trusted.key, of: byStranger });
      const unsigned = registry.push(repository, "5.0", "fifth");
      for (const digest of [byStranger, ofAnother, unsigned])
        await world.rest("POST", "image-policies/verify", { image: `${name()}@${digest}` });
      expect(await refusalFor(`${name()}@${byStranger}`)).toContain(
        "(none of its signatures is by a trusted key): images must carry a digest that is signed by the trusted key",
      );
      expect(await refusalFor(`${name()}@${ofAnother}`)).toContain("none of its signatures");
      expect(await refusalFor(`${name()}@${unsigned}`)).toContain("(it is not signed:");
      expect((await explain(`${name()}@${unsigned}`))?.policies[0]?.advice).toContain(
        "Sign it (cosign sign)",
      );
    });

    it("that a key signed which is trusted no more are refused again", async () => {
      const digest = registry.push(repository, "1.0");
      const pinned = `${name()}@${digest}`;
      expect(await refusalFor(pinned)).toBe("");
      const path = `workspaces/${workspace}/policies/signed`;
      const changed = await world.rest("PUT", path, {
        policy: {
          fullName: { name: "signed", workspaceName: workspace },
          spec: { recipe: "require-signature", input: { authorities: [{ key: stranger.pem }] } },
        },
      });
      expect(changed.status).toBe(200);
      expect(await refusalFor(pinned)).toMatch(/not looked at yet|none of its signatures/);
      const third = `${name()}@${registry.push(repository, "3.0", "third")}`;
      await world.rest("POST", "image-policies/verify", { image: third });
      expect(await refusalFor(third)).toBe("");
    });

    it("without a key run where their identity is trusted, and say whose they are where it is not", async () => {
      const issuer = "https://token.actions.example.com";
      const subject = "https://git.example.com/team/app/release.yml@refs/tags/v6";
      const dev = "dev@example.com";
      const pinned: string[] = [];
      for (const signer of [subject, dev]) {
        const digest = registry.push(repository, "6.0", `by ${signer}`);
        const bundle = await authority.sign(digest, { subject: signer, issuer });
        pushBundle(registry, { repository, digest, bundle });
        pinned.push(`${name()}@${digest}`);
      }
      const [byRelease = "", byDev = ""] = pinned;
      const { status } = await world.tmc(
        "workspace",
        "image-policy",
        "delete",
        "signed",
        `--workspace-name=${workspace}`,
      );
      expect(status).toBe(0);
      const created = await world.tmc(
        "workspace",
        "image-policy",
        "create",
        "released",
        "--recipe-name=require-signature",
        "--identity=https://git.example.com/team/app/*",
        `--issuer=${issuer}`,
        `--workspace-name=${workspace}`,
      );
      expect([created.status, created.err]).toEqual([0, ""]);
      expect(created.out).toContain("be signed by https://git.example.com/team/app/*");
      const { out } = await world.tmc("image", "verify", byRelease);
      expect(out).toContain(`signed by ${subject} (${issuer})`);
      await world.tmc("image", "verify", byDev);
      expect(await refusalFor(byRelease)).toBe("");
      expect(await refusalFor(byDev)).toContain(
        "none of its signatures is by a trusted signer: one is by dev",
      );
      const none = await world.tmc(
        "workspace",
        "image-policy",
        "create",
        "nobody",
        "--recipe-name=require-signature",
        `--identity=${dev}`,
        `--workspace-name=${workspace}`,
      );
      expect([none.status, none.err]).toEqual([1, expect.stringContaining("give one --issuer")]);
    });

    it("need a key that is one", async () => {
      const spec = (authorities: object[]) => ({
        policy: {
          fullName: { name: "broken", workspaceName: workspace },
          spec: { recipe: "require-signature", input: { authorities } },
        },
      });
      const path = `workspaces/${workspace}/policies`;
      const none = await world.rest("POST", path, spec([]));
      expect([none.status, none.body["message"]]).toEqual([
        400,
        expect.stringContaining("needs at least one signer that is trusted"),
      ]);
      const broken = await world.rest(
        "POST",
        path,
        spec([{ key: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }]),
      );
      expect([broken.status, broken.body["message"]]).toEqual([
        400,
        expect.stringContaining("is no public key that can be read"),
      ]);
    });
  });
}

import { generateKeyPairSync } from "node:crypto";

import type { V1Container } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../../policy/common/engine-names.js";
import { createRegistries, registriesFile } from "../../../policy/node/registry/registries.js";
import { signImage } from "./signed-image.js";
import { type SmallRegistry, startSmallRegistry } from "./small-registry.js";
import { eventually, refusalText } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-signed-scope";
const workspace = "signed-scope-ws";
const repository = "team/app";

/** By the value of the label `env` that the policy looks at; the last is in no workspace. */
const NAMESPACES = ["prod", "dev", "loose"] as const;

/** The claims about which images have to be signed where, made about any cluster. */
export function describeSignatureScope(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let registry: SmallRegistry;
    let signed: V1Container;
    const aside: V1Container = { name: "aside", image: "busybox" };
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

    const refusalIn = (
      env: (typeof NAMESPACES)[number],
      spec: { containers: V1Container[]; initContainers?: V1Container[] },
    ) =>
      refusalText(
        world.core.createNamespacedPod({
          namespace: `signed-${env}`,
          body: { metadata: { name: "scope" }, spec },
          dryRun: "All",
        }),
      );

    beforeAll(async () => {
      registry = await startSmallRegistry();
      const registries = createRegistries(
        registriesFile.parse({
          registries: [{ host: registry.host, endpoint: `http://${registry.host}` }],
        }),
      );
      world = await startTmcWorld(target().kubeConfig, { organization, workspace, registries });
      for (const env of NAMESPACES) {
        const labels = { [ORGANIZATION_LABEL]: organization, env };
        await world.core.createNamespace({ body: { metadata: { name: `signed-${env}`, labels } } });
        const at = { namespace: `signed-${env}`, name: "default" };
        await eventually(() => world.core.readNamespacedServiceAccount(at));
        if (env === "loose") continue;
        const attach = ["-n", `signed-${env}`, "-k", workspace, "-c", `${organization}-cluster`];
        expect((await world.tmc("cluster", "namespace", "attach", ...attach)).err).toBe("");
      }
      const key = publicKey.export({ type: "spki", format: "pem" });
      const namespaceSelector = { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] };
      const spec = { recipe: "require-signature", input: { authorities: [{ key }] }, namespaceSelector };
      const policy = { fullName: { name: "signed-prod" }, spec };
      const made = await world.rest("POST", `workspaces/${workspace}/policies`, { policy });
      expect([made.status, made.body["message"]]).toEqual([200, undefined]);
      const digest = registry.push(repository, "1.0");
      signImage(registry, { repository, digest, key: privateKey });
      signed = { name: "main", image: `${registry.host}/${repository}@${digest}` };
      await world.rest("POST", "image-policies/verify", { image: signed.image });
    });
    afterAll(async () => {
      world?.close();
      await registry?.close();
    });

    it("are those of every container of a pod, also where another of them is signed", async () => {
      expect(await refusalIn("prod", { containers: [signed] })).toBe("");
      const refused = /\[signed-prod\][^]*<aside>/;
      expect(await refusalIn("prod", { containers: [signed, aside] })).toMatch(refused);
      expect(await refusalIn("prod", { containers: [signed], initContainers: [aside] })).toMatch(refused);
    });

    it("are those of attached namespaces that the policy's selectors take, and no others", async () => {
      expect(await refusalIn("prod", { containers: [aside] })).toContain("[signed-prod]");
      expect(await refusalIn("dev", { containers: [aside] })).toBe("");
      expect(await refusalIn("loose", { containers: [aside] })).toBe("");
    });
  });
}

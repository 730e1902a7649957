import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { createRegistries, registriesFile } from "../../policy/node/registry/registries.js";
import { startVerifier } from "../../policy/node/verify/start-verifier.js";
import { listKnownImages } from "../../policy/node/verify/stored-images.js";
import { type SmallRegistry, startSmallRegistry } from "../kubernetes/policy/small-registry.js";
import { silent } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "lab-away";
/** Three times as many as are asked at once. */
const IMAGES = 24;

describe("a registry that does not answer", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-registry-away-"));
  const kubeConfig = new KubeConfig();
  const ending = new AbortController();
  const registries: SmallRegistry[] = [];
  let cluster: Cluster | undefined;
  let world: TmcWorldOnCluster | undefined;
  let context: PolicyContext;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    world = await startTmcWorld(kubeConfig, { organization, workspace: "away-ws" });
    registries.push(await startSmallRegistry(), await startSmallRegistry());
    const listed = registries.map(({ host }) => ({ host, endpoint: `http://${host}` }));
    const asked = createRegistries(registriesFile.parse({ registries: listed }));
    context = await createPolicyContext(kubeConfig, silent, {}, asked);
  });
  afterAll(async () => {
    ending.abort();
    world?.close();
    for (const registry of registries) await registry.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("holds up no image of another", async () => {
    const [away, there] = registries as [SmallRegistry, SmallRegistry];
    away.misbehave({ kind: "silent" });
    const digest = there.push("team/app", "1");
    const verifier = startVerifier(context, { signal: ending.signal });
    const images = Array.from({ length: IMAGES }, (_, index) => `${away.host}/team/app:${index}`);
    verifier.want(organization, { images, by: [] });
    verifier.want(organization, { images: [`${there.host}/team/app:1`], by: [] });
    const known = () => listKnownImages(context.store, organization);
    await expect.poll(known).toContainEqual({ image: `${there.host}/team/app:1`, digest });
    const givenUp = (await known()).filter(({ image }) => image.startsWith(away.host));
    expect(givenUp.length).toBeLessThan(IMAGES - 8);
  });
});

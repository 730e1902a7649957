import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { installSessionCrds } from "../../workshop/node/session-crd.js";
import { installSessionGuard } from "../../workshop/node/session-guard.js";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
/** One of each that servers bring. */
const KINDS = ["sessions.lectern.dev", "imagepolicies.policy.lectern.dev"].map(
  (name) => `${DEFINITIONS}/${name}`,
);
const GUARD = `${POLICIES}/lectern-session-network`;
/** What a version to come may have written there. */
const COLUMN = { name: "Tomorrow", type: "string", jsonPath: ".spec.tomorrow" };
const FAILURE_POLICY = "Ignore";

interface Definition {
  spec: { versions: { additionalPrinterColumns: { name: string }[] }[] };
}

interface Annotated {
  metadata: { annotations: Record<string, string> };
}

describe("what servers bring into a cluster", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-older-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let client: KubernetesClient;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    client = new KubernetesClient(kubeConfig);
    await startedServer("1.10.0");
    for (const path of KINDS) {
      const { spec } = await client.get<Definition>(path);
      const versions = spec.versions.map((served) => ({ ...served, additionalPrinterColumns: [COLUMN] }));
      await client.merge(path, { spec: { versions } });
    }
    await client.merge(GUARD, { spec: { failurePolicy: FAILURE_POLICY } });
  }, 180_000);
  afterAll(async () => {
    client?.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("stays as a newer one wrote it when an older one is started again", async () => {
    await startedServer("1.9.2");
    expect(await ofNewer()).toEqual([...KINDS, GUARD]);
  });

  it("is brought up to date by the next version, and by the same one", async () => {
    await startedServer("1.10.0");
    expect(await ofNewer()).toEqual([]);
    await startedServer("1.11.0");
    expect(await writers()).toEqual(["1.11.0", "1.11.0", "1.11.0"]);
  });

  it("is brought by several that start together", async () => {
    await Promise.all(["1.12.0", "1.12.0", "1.11.0"].map((version) => startedServer(version)));
    expect(await writers()).toEqual(["1.12.0", "1.12.0", "1.12.0"]);
  });

  /** Those that have what only the version to come knows. */
  async function ofNewer(): Promise<string[]> {
    const found = await Promise.all(
      KINDS.map(async (path) => {
        const { spec } = await client.get<Definition>(path);
        const columns = spec.versions.flatMap(({ additionalPrinterColumns }) => additionalPrinterColumns);
        return columns.some(({ name }) => name === COLUMN.name) ? [path] : [];
      }),
    );
    const { spec } = await client.get<{ spec: { failurePolicy: string } }>(GUARD);
    return [...found.flat(), ...(spec.failurePolicy === FAILURE_POLICY ? [GUARD] : [])];
  }

  async function writers(): Promise<unknown[]> {
    const found = await Promise.all([...KINDS, GUARD].map((path) => client.get<Annotated>(path)));
    return found.map(({ metadata }) => metadata.annotations["lectern.dev/version"]);
  }

  async function startedServer(version: string): Promise<void> {
    await Promise.all([
      installPolicyEngine({ kubeConfig, version }),
      installSessionCrds(client, version),
      installSessionGuard(client, version),
    ]);
  }
});

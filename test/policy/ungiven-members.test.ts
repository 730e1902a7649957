import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { createPolicyContext } from "../../policy/node/context.js";
import { warnOfUngivenMembers } from "../../policy/node/fleet/ungiven-members.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { newObject, ownedBy } from "../../policy/node/records.js";
import { createPolicyService } from "../../policy/node/policy-service.js";
import { makeOwner, silent } from "../kubernetes/policy/suite-cluster.js";

const organization = "ungiven-org";
const dataDir = mkdtempSync(join(tmpdir(), "lectern-ungiven-"));
const kubeConfig = new KubeConfig();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ dataDir });
  kubeConfig.loadFromFile(cluster.kubeconfigPath);
  await installPolicyEngine({ kubeConfig });
  const service = await createPolicyService({ kubeConfig, logger: silent });
  await service.createOrganization(organization, await makeOwner(kubeConfig.makeApiClient(CoreV1Api)));
  const { store } = await createPolicyContext(kubeConfig, silent);
  const parent = await store.get<unknown>("organizations", organization);
  for (const [name, operator] of [
    ["far", "second"],
    ["near", "third"],
    ["brought", undefined],
  ] as const) {
    const member = { uid: name, server: "https://127.0.0.1:1", ...(operator && { operator }) };
    const spec = { organization, name, member };
    const owner = ownedBy(parent ?? expect.unreachable("the organization is there"));
    await store.create("managedclusters", newObject("managedclusters", spec, { spec, owner }));
  }
});

afterAll(async () => {
  await cluster?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("names each attached cluster that a server was given no kubeconfig of, and no other", async () => {
  const warnings: [object, string][] = [];
  const logger = { ...silent, warn: (facts: object, text: string) => void warnings.push([facts, text]) };
  const given = new Map([["third", kubeConfig]]);
  await warnOfUngivenMembers(await createPolicyContext(kubeConfig, logger, { given }));
  expect(warnings).toEqual([
    [
      { operator: "second", clusters: [`${organization}/far`] },
      expect.stringContaining("started without --member second=FILE"),
    ],
  ]);
});

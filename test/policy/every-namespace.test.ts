import { rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { bringIntoForce } from "../../policy/node/bring-into-force.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { refusalText, silent } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "every-org";
const workspace = "every-ws";
/** More than are brought into force side by side. */
const NAMES = Array.from({ length: 9 }, (_, at) => `many-${String(at)}`);

let cluster: Cluster | undefined;
let folder = "";
let world: TmcWorldOnCluster;
let context: PolicyContext;
let objects: KubernetesObjectApi;
let core: CoreV1Api;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-every-"));
  cluster = await startCluster({ dataDir: folder });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(cluster.kubeconfigPath);
  world = await startTmcWorld(kubeConfig, { organization, workspace });
  context = await createPolicyContext(kubeConfig, silent);
  objects = KubernetesObjectApi.makeApiClient(kubeConfig);
  core = kubeConfig.makeApiClient(CoreV1Api);
});

afterAll(async () => {
  world?.close();
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});

const policy = (imageName: string) => ({
  policy: {
    fullName: { name: "no-such" },
    spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
  },
});

const pod = (namespace: string, image: string) => {
  const body = { metadata: { generateName: "p-" }, spec: { containers: [{ name: "main", image }] } };
  return refusalText(core.createNamespacedPod({ namespace, body, dryRun: "All" }));
};

/** A policy of the cluster's own, for which a namespace keeps the parameters of before. */
function refusingConfigMaps(namespace: string) {
  const name = "takes-no-parameters";
  const resource = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };
  const resourceRules = [{ ...resource, resources: ["configmaps"] }];
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const at = (kind: string, spec: object) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name },
    spec,
  });
  return [
    at("ValidatingAdmissionPolicy", {
      failurePolicy: "Fail",
      matchConstraints: { namespaceSelector, resourceRules },
      validations: [{ expression: "false", message: "takes no parameters" }],
    }),
    at("ValidatingAdmissionPolicyBinding", { policyName: name, validationActions: ["Deny"] }),
  ];
}

it("brings policies into every namespace, also where one takes none", async () => {
  const path = `workspaces/${workspace}/policies`;
  expect((await world.rest("POST", path, policy("busybox"))).status).toBe(200);
  for (const name of NAMES) {
    await core.createNamespace({
      body: { metadata: { name, labels: { [ORGANIZATION_LABEL]: organization } } },
    });
    const run = await world.tmc(
      "cluster",
      "namespace",
      "attach",
      "-n",
      name,
      "-k",
      workspace,
      "-c",
      `${organization}-cluster`,
    );
    expect([run.status, run.err]).toEqual([0, ""]);
  }
  for (const object of refusingConfigMaps("many-0")) await objects.create(object);
  const tried = { namespace: "many-0", body: { metadata: { name: "tried" } }, dryRun: "All" };
  await expect
    .poll(() => refusalText(core.createNamespacedConfigMap(tried)))
    .toContain("takes no parameters");
  expect((await world.rest("PUT", `${path}/no-such`, policy("redis"))).status).not.toBe(200);
  const scope = { organization };
  await expect(bringIntoForce(context, scope, { isThorough: true })).rejects.toThrow("takes no parameters");
  for (const name of NAMES.slice(1)) expect(await pod(name, "redis")).toContain("[no-such]");
  expect(await pod("many-0", "redis")).toBe("");
  for (const object of refusingConfigMaps("many-0")) await objects.delete(object);
  await expect
    .poll(() => bringIntoForce(context, scope, { isThorough: true }).then(String, () => "refused"))
    .not.toBe("refused");
  expect(await pod("many-0", "redis")).toContain("[no-such]");
});

import type { KubeConfig, V1ObjectMeta } from "@kubernetes/client-node";
import { AppsV1Api, CoreV1Api, CustomObjectsApi } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  AUDIT_CONFIG_MAP,
  ENFORCED_CONFIG_MAP,
  ORGANIZATION_LABEL,
  WORKSPACE_LABEL,
} from "../../../policy/common/engine-names.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { installPolicyEngine } from "../../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../../policy/node/policy-service.js";
import {
  asUser,
  deployment,
  eventually,
  gone,
  labelNamespace,
  makeCoreOperator,
  makeOwner,
  OWNER,
  refusalText,
  silent,
  STRATEGIC_PATCH,
} from "./suite-cluster.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE_POLICIES = { group: "policy.lectern.dev", version: "v1alpha1", plural: "imagepolicies" };

/** A controller waits 5 ms after its first failure and twice as long after each further one: 20 s after this many, were it not nudged. */
const MANY_TRIES = 13;

/** What a cluster has to offer for the suite to run against it. */
export interface PolicyTarget {
  kubeConfig: KubeConfig;
}

/** The same claims about image policies, made about any cluster. */
export function describePolicies(title: string, target: () => PolicyTarget): void {
  describe(title, { timeout: 120_000 }, () => {
    let core: CoreV1Api;
    let apps: AppsV1Api;
    let custom: CustomObjectsApi;
    let service: PolicyService;
    let kubeConfig: KubeConfig;
    const controller = new AbortController();
    const organization = "lab-one";
    const workspace = "tko-day1-ops-ws";
    const cluster = "lab-one-cluster";
    const namespace = "lab-one";
    const at = { organization, cluster, namespace };

    beforeAll(async () => {
      ({ kubeConfig } = target());
      core = kubeConfig.makeApiClient(CoreV1Api);
      apps = kubeConfig.makeApiClient(AppsV1Api);
      custom = kubeConfig.makeApiClient(CustomObjectsApi);
      await installPolicyEngine({ kubeConfig });
      await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
      service = await createPolicyService({ kubeConfig, logger: silent });
      const owner = await makeOwner(core);
      for (const org of [organization, "lab-two"]) {
        await service.createOrganization(org, owner);
        await service.createWorkspace(org, workspace, owner);
        await service.registerCluster(org, `${org}-cluster`, owner);
        await core.createNamespace({
          body: { metadata: { name: org, labels: { [ORGANIZATION_LABEL]: org } } },
        });
      }
      await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
    });

    afterAll(() => controller.abort());

    const policy = (name: string, spec: object) => ({ fullName: { name, workspaceName: workspace }, spec });
    const noBusybox = policy("no-busybox-image-policy", {
      recipe: "custom",
      input: { effect: "block", rules: [{ imageName: "busybox" }] },
    });
    const refusalFor = async (image: string, metadata: V1ObjectMeta = { name: "probe" }) => {
      const body = { metadata, spec: { containers: [{ name: "main", image }] } };
      return refusalText(core.createNamespacedPod({ namespace, body, dryRun: "All" }));
    };

    it("leaves namespaces alone that are in no workspace", async () => {
      await service.createPolicy({ organization, workspace }, noBusybox);
      expect(await refusalFor("busybox")).toBe("");
    });

    it("refuses as soon as attaching resolves, naming policy, container and image", async () => {
      const attached = await service.attachNamespace({ ...at, workspace });
      expect(attached.spec).toEqual({ workspaceName: workspace, attach: true });
      expect(await refusalFor("busybox")).toContain(
        "[no-busybox-image-policy] container <main> image <busybox>: images named busybox (in any repository) are blocked",
      );
      expect(await refusalFor("quay.io/x/busybox:1")).toContain("[no-busybox-image-policy]");
      expect(await refusalFor("nginx")).toBe("");
    });

    it("counts the namespaces a policy holds in as they are now", async () => {
      const [seen] = await service.listPolicies({ organization, workspace });
      expect(seen?.status).toMatchObject({ inForce: true, namespaces: 1 });
      const named = { organization, workspace, name: "no-busybox-image-policy" };
      expect((await service.getPolicy(named)).status.namespaces).toBe(1);
    });

    it("does not attach twice, nor namespaces of others", async () => {
      await expect(service.attachNamespace({ ...at, workspace })).rejects.toMatchObject({
        code: "POLICY_EXISTS",
      });
      for (const foreign of ["lab-two", "kube-system"]) {
        const attaching = service.attachNamespace({ ...at, namespace: foreign, workspace });
        await expect(attaching).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
      }
    });

    it("attaches a namespace to one workspace where two are asked for at once", async () => {
      const place = { organization: "lab-two", cluster: "lab-two-cluster", namespace: "lab-two" };
      await service.createOwnWorkspace({ organization: "lab-two", name: "second" });
      const attaching = [workspace, "second"].map((each) =>
        service.attachNamespace({ ...place, workspace: each }),
      );
      const settled = await Promise.allSettled(attaching);
      const attached = settled.filter((result) => result.status === "fulfilled");
      expect(attached).toHaveLength(1);
      const { spec } = await service.getNamespace(place);
      expect(attached[0]?.value.spec).toEqual(spec);
      await service.detachNamespace(place);
    });

    it("creates the deployment, refuses its pods and lists the refusal as activity", async () => {
      await apps.createNamespacedDeployment({ namespace, body: deployment("blocked", "busybox") });
      const [entry] = await eventually(async () => {
        const entries = await service.listActivity(organization);
        return entries.length > 0 ? entries : undefined;
      });
      expect(entry).toMatchObject({ namespace, policies: ["no-busybox-image-policy"] });
      expect(entry?.object).toMatch(/^replicaset\/blocked-/);
    });

    it("previews that a workload which waits would be let through were the policy deleted", async () => {
      const admitted = await eventually(async () => {
        const { wouldAdmit } = await service.previewPolicy(
          { organization, workspace },
          { policy: noBusybox, remove: true },
        );
        return wouldAdmit.length > 0 ? wouldAdmit : undefined;
      });
      expect(admitted).toEqual([
        expect.objectContaining({
          namespace,
          pods: 0,
          workload: { apiVersion: "apps/v1", kind: "Deployment", name: "blocked" },
          image: "busybox",
          policies: ["no-busybox-image-policy"],
        }),
      ]);
    });

    it("warns about the workload at once", async () => {
      const answer = await apps.createNamespacedDeploymentWithHttpInfo({
        namespace,
        body: deployment("warned", "busybox"),
        dryRun: "All",
      });
      expect(answer.headers["warning"]).toContain("[no-busybox-image-policy]");
    });

    it("names every violated policy in one denial, always in the same order", async () => {
      await service.createPolicy(
        { organization },
        { fullName: { name: "pin" }, spec: { recipe: "require-digest" } },
      );
      for (let time = 0; time < 10; time++) {
        expect(await refusalFor("busybox")).toMatch(
          /: \[pin\] container <main> image <busybox>: .*; \[no-busybox-image-policy\] container <main> image <busybox>/,
        );
      }
      expect(await refusalFor(`nginx@${DIGEST}`)).toBe("");
      await service.removePolicy({ organization, name: "pin" });
      expect(await refusalFor("nginx")).toBe("");
    });

    it("says the same as the explanation", async () => {
      for (const image of ["busybox", "nginx", "NOT valid", "docker.io/library/busybox:1.36"]) {
        const { allowed } = await service.explain(organization, { namespace, image });
        expect([image, (await refusalFor(image)) === ""]).toEqual([image, allowed]);
      }
    });

    it("previews which running pods a policy would refuse", async () => {
      const body = { metadata: { name: "runs" }, spec: { containers: [{ name: "main", image: "nginx:1" }] } };
      await core.createNamespacedPod({ namespace, body });
      const candidate = policy("no-nginx", {
        recipe: "custom",
        input: { effect: "block", rules: [{ imageName: "nginx" }] },
      });
      const answer = await service.previewPolicy({ organization, workspace }, { policy: candidate });
      expect(answer.wouldRefuse).toEqual([
        expect.objectContaining({
          workload: { apiVersion: "v1", kind: "Pod", name: "runs" },
          container: "main",
          image: "nginx:1",
          pods: 1,
          policies: ["no-nginx"],
        }),
      ]);
      expect(await refusalFor("nginx")).toBe("");
    });

    it("judges only what is new in a pod older than the policy", async () => {
      const noNginx = policy("no-nginx", {
        recipe: "custom",
        input: { effect: "block", rules: [{ imageName: "nginx" }] },
      });
      await service.createPolicy({ organization, workspace }, noNginx);
      const pod = { namespace, name: "runs" };
      const debugWith = (name: string, image: string) =>
        core.patchNamespacedPodEphemeralcontainers(
          { ...pod, body: { spec: { ephemeralContainers: [{ name, image, targetContainerName: "main" }] } } },
          STRATEGIC_PATCH,
        );
      await core.patchNamespacedPod(
        { ...pod, body: { metadata: { labels: { seen: "yes" } } } },
        STRATEGIC_PATCH,
      );
      await debugWith("debug", "alpine:3");
      expect(await refusalText(debugWith("again", "nginx:1"))).toContain(
        "ephemeral container <again> image <nginx:1>",
      );
      const body = { spec: { containers: [{ name: "main", image: "nginx:2" }] } };
      const changed = core.patchNamespacedPod({ ...pod, body }, STRATEGIC_PATCH);
      expect(await refusalText(changed)).toContain("container <main> image <nginx:2>");
      await service.removePolicy({ organization, workspace, name: "no-nginx" });
    });

    it("follows the labels of the namespace", async () => {
      const selective = policy("prod-pins", {
        recipe: "require-digest",
        namespaceSelector: { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] },
      });
      await service.createPolicy({ organization, workspace }, selective);
      expect(await refusalFor("nginx")).toBe("");
      await labelNamespace(core, namespace, { env: "prod" });
      await eventually(async () => (await refusalFor("nginx")).includes("[prod-pins]") || undefined);
      await service.removePolicy({ organization, workspace, name: "prod-pins" });
      expect(await refusalFor("nginx")).toBe("");
    });

    it("only reports where a policy is on dry run", async () => {
      const audit = policy("watch-digests", { recipe: "require-digest", input: { audit: true } });
      await service.createPolicy({ organization, workspace }, audit);
      const { headers } = await core.createNamespacedPodWithHttpInfo({
        namespace,
        body: { metadata: { name: "reported" }, spec: { containers: [{ name: "main", image: "nginx" }] } },
        dryRun: "All",
      });
      expect(headers["warning"]).toContain("[watch-digests]");
      await service.removePolicy({ organization, workspace, name: "watch-digests" });
      await expect(core.readNamespacedConfigMap({ namespace, name: AUDIT_CONFIG_MAP })).rejects.toThrow(
        "404",
      );
    });

    it("brings policies into force that were written with kubectl, and says so in their status", async () => {
      const body = {
        apiVersion: "policy.lectern.dev/v1alpha1",
        kind: "ImagePolicy",
        metadata: { name: `${organization}.${workspace}.by-hand` },
        spec: { organization, workspace, name: "by-hand", recipe: "block-latest-tag" },
      };
      await custom.createClusterCustomObject({ ...IMAGE_POLICIES, body });
      await eventually(async () => {
        const view = await service.getPolicy({ organization, workspace, name: "by-hand" });
        return view.status.inForce || undefined;
      });
      expect(await refusalFor("nginx")).toContain("[by-hand]");
      await custom.deleteClusterCustomObject({ ...IMAGE_POLICIES, name: body.metadata.name });
      await eventually(async () => (await refusalFor("nginx")) === "" || undefined);
    });

    it("lets nothing pass by a policy that cannot be read, as an older server reads a newer one's, and says so", async () => {
      const name = `${organization}.${workspace}.newer`;
      const spec = { organization, workspace, name: "newer", recipe: "custom", input: { effect: "block" } };
      const body = {
        apiVersion: "policy.lectern.dev/v1alpha1",
        kind: "ImagePolicy",
        metadata: { name },
        spec,
      };
      await custom.createClusterCustomObject({ ...IMAGE_POLICIES, body });
      await eventually(async () => (await refusalFor("nginx")) !== "" || undefined);
      expect(await refusalFor("nginx")).toContain(
        "[newer] container <main> image <nginx>: this server cannot read the policy, which a newer one may have written, and lets nothing pass by it",
      );
      const { allowed, images } = await service.explain(organization, { namespace, image: "nginx" });
      expect([allowed, images[0]?.verdict.policies.find((each) => each.name === "newer")]).toMatchObject([
        false,
        { passed: false, reason: expect.stringContaining("cannot read the policy") },
      ]);
      await service.removePolicy({ organization, workspace, name: "newer" });
      expect(await refusalFor("nginx")).toBe("");
    });

    it("repairs parameters somebody trusted broke", async () => {
      await core.deleteNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP });
      await eventually(() => core.readNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP }));
      await eventually(async () => (await refusalFor("nginx")) === "" || undefined);
      expect(await refusalFor("busybox")).toContain("[no-busybox-image-policy]");
    });

    it("keeps users who may not make policies from the parameters and from the labels of membership", async () => {
      await makeCoreOperator(kubeConfig, "somebody");
      const other = asUser(kubeConfig, "somebody");
      const foreign = other.makeApiClient(CoreV1Api);
      const writing = foreign.deleteNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP });
      await expect(writing).rejects.toThrow(/change the policies instead/);
      await expect(labelNamespace(foreign, namespace, { [WORKSPACE_LABEL]: "other" })).rejects.toThrow(
        /attach or detach/,
      );
      await labelNamespace(foreign, namespace, { team: "blue" });
    });

    it("lets blocked workloads go on at once when the policy is lifted", async () => {
      await eventually(
        async () => ((await countTries(core, namespace, "blocked")) >= MANY_TRIES ? true : undefined),
        60_000,
      );
      await service.removePolicy({ organization, workspace, name: "no-busybox-image-policy" });
      await eventually(async () => {
        const { status } = await apps.readNamespacedDeployment({ namespace, name: "blocked" });
        return (status?.replicas ?? 0) > 0 ? true : undefined;
      }, 15_000);
    });

    it("judges no more after detaching", async () => {
      await service.createPolicy({ organization, workspace }, noBusybox);
      expect(await refusalFor("busybox")).toContain("[no-busybox-image-policy]");
      await service.detachNamespace(at);
      expect(await refusalFor("busybox")).toBe("");
      await expect(service.getNamespace(at)).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
    });

    it("says in the status of a policy written by hand why it is ignored", async () => {
      const spec = { organization, workspace, name: "other-name", recipe: "block-latest-tag" };
      const metadata = { name: "misnamed" };
      const body = { apiVersion: "policy.lectern.dev/v1alpha1", kind: "ImagePolicy", metadata, spec };
      await custom.createClusterCustomObject({ ...IMAGE_POLICIES, body });
      const message = await eventually(async () => {
        const stored: unknown = await custom.getClusterCustomObject({ ...IMAGE_POLICIES, name: "misnamed" });
        return (stored as { status?: { message?: string } }).status?.message;
      });
      expect(message).toContain("lab-one.tko-day1-ops-ws.other-name");
    });

    it("deletes an organization at once with all that is in it, for its owner only", async () => {
      const owner = await makeOwner(core, "owner-three");
      const other = { ...owner, uid: "00000000-0000-0000-0000-000000000000" };
      const scope = { organization: "lab-three", workspace };
      await service.createOrganization("lab-three", owner);
      await service.createWorkspace("lab-three", workspace, owner);
      await service.registerCluster("lab-three", "lab-three-cluster", owner);
      await service.createPolicy(scope, noBusybox);
      await service.deleteOrganization("lab-three", other);
      expect(await service.listPolicies(scope)).toHaveLength(1);
      await service.deleteOrganization("lab-three", owner);
      await service.deleteOrganization("lab-three", owner);
      expect(await service.listWorkspaces("lab-three")).toEqual([]);
      expect(await service.listPolicies({ organization: "lab-three", everywhere: true })).toEqual([]);
      expect(await service.listClusters("lab-three")).toEqual([]);
      await expect(service.getOrganization("lab-three")).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
      expect(await service.listPolicies({ organization, everywhere: true })).not.toEqual([]);
    });

    it("lets the namespace end, and the hierarchy with its owner", async () => {
      await service.attachNamespace({ ...at, workspace });
      await core.deleteNamespace({ name: namespace });
      await eventually(() => gone(core.readNamespace({ name: namespace })));
      await core.deleteNamespace({ name: OWNER });
      await eventually(
        async () =>
          (await service.listPolicies({ organization, everywhere: true })).length === 0 ? true : undefined,
        60_000,
      );
      await eventually(() => gone(service.getWorkspace(organization, workspace)), 60_000);
    });
  });
}

/** How often the ReplicaSet of a deployment was refused a pod. */
async function countTries(core: CoreV1Api, namespace: string, deploymentName: string): Promise<number> {
  const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: "type=Warning" });
  return items
    .filter(({ involvedObject }) => involvedObject.name?.startsWith(`${deploymentName}-`))
    .reduce((sum, { series, count }) => sum + (series?.count ?? count ?? 1), 0);
}

import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { CustomObjectsApi } from "../../../kubernetes/node/client-library.js";
import type { PolicyView } from "../../../policy/common/tmc-api.js";
import { startPolicyController } from "../../../policy/node/controller.js";
import { eventually, labelNamespace, refusalText, silent } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-bad-input";
const namespace = organization;
const workspace = "bad-input-ws";
const cluster = `${organization}-cluster`;
const MANY_RULES = 10_000;
const EDITORS = 8;
const PODS = 40;
const REST_PATH = `workspaces/${workspace}/policies`;

const blocking = (imageName: string) => ({
  recipe: "custom",
  input: { effect: "block", rules: [{ imageName }] },
});

/** The claims about what people and programs do to policies at the worst time, made about any cluster. */
export function describeBadInput(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    const controller = new AbortController();

    beforeAll(async () => {
      const { kubeConfig } = target();
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      const spec = { workspaceName: workspace, attach: true };
      const attached = await world.rest("POST", `clusters/${cluster}/namespaces`, {
        namespace: { fullName: { name: namespace }, spec },
      });
      expect(attached.status).toBe(200);
    });
    afterAll(() => {
      controller.abort();
      world?.close();
    });

    beforeEach(async () => {
      await world.rest("DELETE", `${REST_PATH}/edited`);
      await labelNamespace(world.core, namespace, { env: "none" });
    });

    const policyNow = async () =>
      (await world.rest("GET", `${REST_PATH}/edited`)).body["policy"] as PolicyView;
    const make = async (spec: object): Promise<PolicyView> => {
      const made = await world.rest("POST", REST_PATH, { policy: { fullName: { name: "edited" }, spec } });
      expect(made.status).toBe(200);
      return policyNow();
    };
    const put = (spec: object, resourceVersion?: string) =>
      world.rest("PUT", `${REST_PATH}/edited`, { policy: { ...versioned(resourceVersion), spec } });
    const refusalFor = (image: string, name = "probe") =>
      refusalText(
        world.core.createNamespacedPod({
          namespace,
          body: { metadata: { name }, spec: { containers: [{ name: "main", image }] } },
          dryRun: "All",
        }),
      );

    it("lets one of two editors save, and tells the other what was saved", async () => {
      const { meta } = await make(blocking("busybox"));
      const first = await put(blocking("alpine"), meta.resourceVersion);
      const second = await put(blocking("nginx"), meta.resourceVersion);
      expect([first.status, second.status, second.body["reason"]]).toEqual([200, 409, "FailedPrecondition"]);
      const now = await policyNow();
      expect(now.spec.input.rules[0]?.imageName).toBe("alpine");
      expect(await refusalFor("alpine")).toContain("[edited]");
      expect(await refusalFor("nginx")).toBe("");
      expect((await put(blocking("nginx"), now.meta.resourceVersion)).status).toBe(200);
    });

    it("lets one of many save who press the button at once, and every one that goes on from what was saved", async () => {
      const { meta } = await make(blocking("start"));
      const names = Array.from({ length: EDITORS }, (_, index) => `image${index}`);
      const at = await Promise.all(names.map((name) => put(blocking(name), meta.resourceVersion)));
      expect(at.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(at.filter(({ status }) => status === 409)).toHaveLength(EDITORS - 1);
      // Each adds a rule to what is there until it is taken: none of them is lost.
      await Promise.all(
        names.map((name) =>
          eventually(async () => {
            const { spec, meta: seen } = await policyNow();
            const rules = [...spec.input.rules, { imageName: `${name}-too` }];
            const { status } = await put({ ...spec, input: { ...spec.input, rules } }, seen.resourceVersion);
            return status === 200 ? true : undefined;
          }),
        ),
      );
      const saved = (await policyNow()).spec.input.rules.map(({ imageName }) => imageName);
      expect(saved).toEqual(expect.arrayContaining(names.map((name) => `${name}-too`)));
    });

    it("takes a change by nobody for none: what a controller writes down is no edit", async () => {
      const { meta } = await make(blocking("busybox"));
      const custom = target().kubeConfig.makeApiClient(CustomObjectsApi);
      const object = {
        group: "policy.lectern.dev",
        version: "v1alpha1",
        plural: "imagepolicies",
        name: `${organization}.${workspace}.edited`,
      };
      // Lectern writes the status itself meanwhile.
      await eventually(async () => {
        const stored = (await custom.getClusterCustomObject(object)) as { status?: object };
        const body = { ...stored, status: { ...stored.status, message: "seen" } };
        return custom.replaceClusterCustomObjectStatus({ ...object, body }).catch(() => undefined);
      });
      expect((await put(blocking("alpine"), meta.resourceVersion)).status).toBe(200);
    });

    it("does not take an edit of a policy for one of another that took its name", async () => {
      const { meta } = await make(blocking("busybox"));
      await world.rest("DELETE", `${REST_PATH}/edited`);
      await make(blocking("alpine"));
      expect((await put(blocking("nginx"), meta.resourceVersion)).status).toBe(409);
    });

    it("shows both versions in tmc where somebody else was first, and changes nothing", async () => {
      await make(blocking("busybox"));
      const policy = ["workspace", "image-policy"];
      const yaml = (await world.tmc(...policy, "get", "edited", "-k", workspace, "-o", "yaml")).out;
      await put(blocking("alpine"));
      const mine = world.file("mine.yaml", yaml.replaceAll("busybox", "nginx"));
      const { status, err } = await world.tmc(...policy, "update", "-f", mine);
      expect(status).toBe(1);
      expect(err).toMatch(/^Error: FailedPrecondition: .*changed by someone else meanwhile/);
      expect(err).toContain('\n  input.rules.0.imageName: theirs "alpine", yours "nginx"\n');
      const now = await policyNow();
      expect(now.spec.input.rules[0]?.imageName).toBe("alpine");
      const told = /meta.resourceVersion "([^"]+)"/.exec(err)?.[1] ?? "";
      const again = world.file(
        "again.yaml",
        yaml.replaceAll("busybox", "nginx").replace(/resourceVersion: .*/, `resourceVersion: ${told}`),
      );
      expect((await world.tmc(...policy, "update", "-f", again)).err).toBe("");
      expect((await policyNow()).spec.input.rules[0]?.imageName).toBe("nginx");
    });

    it.each([
      ["right ones", (index: number) => ({ imageName: `a${index}` })],
      ["wrong ones", () => ({ hostname: "?" })],
      ["empty ones", () => ({})],
    ])(
      "refuses ten thousand rules, %s, in a sentence that can be read, and goes on",
      async (_words, rule) => {
        const rules = Array.from({ length: MANY_RULES }, (_, index) => rule(index));
        const spec = { recipe: "custom", input: { effect: "block", rules } };
        const policy = { fullName: { name: "edited" }, spec };
        for (const [path, body] of [
          [REST_PATH, { policy }],
          ["image-policies/preview", { policy }],
        ] as const) {
          const { status, body: answer } = await world.rest("POST", path, body);
          expect(status).toBe(400);
          expect(answer["fields"]).toContainEqual({
            path: expect.stringMatching(/input\.rules$/) as string,
            message: "may hold 50 rules at most",
          });
          expect(JSON.stringify(answer).length).toBeLessThan(10_000);
        }
        const file = world.file("many.yaml", JSON.stringify({ ...policy, spec }));
        const { status, err } = await world.tmc(
          "workspace",
          "image-policy",
          "create",
          "-k",
          workspace,
          "-f",
          file,
        );
        expect([status, err.length < 10_000]).toEqual([1, true]);
        expect(err).toContain("input.rules: may hold 50 rules at most");
        expect((await make(blocking("busybox"))).status.inForce).toBe(true);
      },
    );

    it("refuses ten thousand rules that somebody writes into the cluster itself", async () => {
      const custom = target().kubeConfig.makeApiClient(CustomObjectsApi);
      const rules = Array.from({ length: MANY_RULES }, (_, index) => ({ imageName: `a${index}` }));
      const body = {
        apiVersion: "policy.lectern.dev/v1alpha1",
        kind: "ImagePolicy",
        metadata: { name: `${organization}.${workspace}.many` },
        spec: { organization, workspace, name: "many", recipe: "custom", input: { effect: "block", rules } },
      };
      const at = { group: "policy.lectern.dev", version: "v1alpha1", plural: "imagepolicies" };
      expect(await refusalText(custom.createClusterCustomObject({ ...at, body }))).toMatch(
        /must have at most 50 items/,
      );
    });

    it("judges every pod by the labels of before or of after, while they change under a selector", async () => {
      const selector = { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] };
      await make({ ...blocking("busybox"), namespaceSelector: selector });
      await world.rest("POST", REST_PATH, {
        policy: { fullName: { name: "always" }, spec: blocking("evil") },
      });
      let changes = 0;
      const changing = (async () => {
        for (; changes < PODS / 2; changes++)
          await labelNamespace(world.core, namespace, { env: changes % 2 === 0 ? "prod" : "dev" });
      })();
      const verdicts = await Promise.all(
        Array.from({ length: PODS }, async (_, index) => [
          await refusalFor("busybox", `busybox-${index}`),
          await refusalFor("evil", `evil-${index}`),
          await refusalFor("nginx", `nginx-${index}`),
        ]),
      );
      await changing;
      for (const [selected = "", always = "", never] of verdicts) {
        if (selected !== "") expect(selected).toContain("[edited] container <main> image <busybox>");
        expect(always).toContain("[always] container <main> image <evil>");
        expect(never).toBe("");
      }
      await labelNamespace(world.core, namespace, { env: "prod" });
      await eventually(async () => (await refusalFor("busybox")).includes("[edited]") || undefined);
      await labelNamespace(world.core, namespace, { env: "dev" });
      await eventually(async () => (await refusalFor("busybox")) === "" || undefined);
      await world.rest("DELETE", `${REST_PATH}/always`);
    });
  });
}

function versioned(resourceVersion: string | undefined): object {
  return resourceVersion === undefined ? {} : { meta: { resourceVersion } };
}

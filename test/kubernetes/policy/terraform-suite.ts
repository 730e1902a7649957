import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { PolicyView } from "../../../policy/common/tmc-api.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-terraform";
const workspace = "terraform-ws";
const meta = { description: "by terraform", labels: { team: "blue" }, parentReferences: null };

/** As the provider writes a selector: `values` is never left out. */
const namespaceSelector = {
  matchExpressions: [
    { key: "component", operator: "NotIn", values: ["api-server", "agent-gateway"] },
    { key: "not-a-component", operator: "DoesNotExist", values: [] },
  ],
};

const RECIPES: Record<string, object> = {
  "allowed-name-tag": { audit: true, rules: [{ imageName: "bar", tag: { negate: true, value: "test" } }] },
  "block-latest-tag": { audit: false },
  "require-digest": { audit: false },
  custom: {
    audit: true,
    rules: [
      {
        hostname: "foo",
        imageName: "bar",
        port: "80",
        requireDigest: false,
        tag: { negate: false, value: "test" },
      },
    ],
  },
};

/** The two places of `tanzu-mission-control_image_policy`, as the provider asks for them. */
const SCOPES = [
  {
    scope: "workspace",
    fullName: { workspaceName: workspace },
    all: `workspaces/${workspace}/policies`,
    query: "",
  },
  {
    scope: "organization",
    fullName: { orgId: organization },
    all: "organization/policies",
    query: `?fullName.orgId=${organization}`,
  },
] as const;

const CASES = SCOPES.flatMap((scope) => Object.keys(RECIPES).map((recipe) => ({ ...scope, recipe })));

/** The claims about requests as the Terraform provider of Tanzu Mission Control sends them, made about any cluster. */
export function describeTerraform(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;

    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
    });
    afterAll(() => world?.close());

    it.each(CASES)("creates, reads, changes and destroys $recipe in the $scope", async (at) => {
      const name = `tf-${at.scope}-${at.recipe}`;
      const one = `${at.all}/${name}${at.query}`;
      const spec = {
        type: "image-policy",
        recipe: at.recipe,
        recipeVersion: "v1",
        input: RECIPES[at.recipe],
        namespaceSelector,
        resources: null,
      };
      const policy = { fullName: { ...at.fullName, name }, meta, spec };
      const created = await world.rest("POST", at.all, { policy });
      expect([created.status, created.body]).toEqual([200, { policy: expect.anything() as object }]);
      const read = await world.rest("GET", one);
      const seen = read.body["policy"] as { meta: object; spec: object };
      // Texts, where the provider reads texts: another type is an error of its decoder.
      expect(seen.meta).toMatchObject({
        uid: expect.stringMatching(/./) as string,
        generation: "1",
        resourceVersion: expect.stringMatching(/./) as string,
        creationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        updateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        description: "by terraform",
        labels: { team: "blue" },
      });
      const { resources: _resources, ...sent } = spec;
      expect(seen.spec).toMatchObject(sent);
      // What it read goes back as it came, with what the plan changes.
      const changed = { ...seen, meta: { ...seen.meta, description: "changed" } };
      expect((await world.rest("PUT", `${at.all}/${name}`, { policy: changed })).status).toBe(200);
      expect((await world.rest("GET", one)).body).toMatchObject({
        policy: { meta: { description: "changed" } },
      });
      // Times are to the second.
      const isSaidToBeChanged = async () => {
        const { policy: now } = (await world.rest("GET", one)).body as { policy: PolicyView };
        if (now.meta.updateTime > now.meta.creationTime) return true;
        const again = { ...now, meta: { ...now.meta, description: `at ${new Date().toISOString()}` } };
        await world.rest("PUT", `${at.all}/${name}`, { policy: again });
        return false;
      };
      await expect.poll(isSaidToBeChanged).toBe(true);
      expect((await world.rest("DELETE", one)).status).toBe(200);
      // By this it knows that it is gone.
      expect((await world.rest("GET", one)).status).toBe(404);
    });

    it("allows by a custom policy, as in the original, which has no effect to choose", async () => {
      const { all } = SCOPES[0];
      const spec = { type: "image-policy", recipe: "custom", input: RECIPES["custom"] };
      const { body } = await world.rest("POST", all, { policy: { fullName: { name: "means" }, meta, spec } });
      expect(body).toMatchObject({ policy: { spec: { input: { effect: "allow" } } } });
    });

    it("makes and removes a workspace", async () => {
      const made = { fullName: { name: "tf-workspace" }, meta };
      expect((await world.rest("POST", "workspaces", { workspace: made })).status).toBe(200);
      const { body } = await world.rest("GET", "workspaces/tf-workspace");
      expect(body).toMatchObject({ workspace: { meta: { generation: "1", description: "by terraform" } } });
      expect((await world.rest("DELETE", "workspaces/tf-workspace")).status).toBe(200);
    });
  });
}

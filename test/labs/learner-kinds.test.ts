import { afterAll, beforeAll, expect, it } from "vitest";
import { learnerKinds } from "../../workshop/node/learner-kinds.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform?.close());

it("counts a kind that is served in another version than its group prefers", async () => {
  const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const labels = { "rbac.authorization.k8s.io/aggregate-to-admin": "true" };
  const rules = [{ apiGroups: ["shop.example"], resources: ["*"], verbs: ["create"] }];
  await platform.client.create(roles, { metadata: { name: "shop", labels }, rules });
  await define("baskets", "v1");
  await define("wishes", "v1alpha1");
  await expect
    .poll(async () => {
      const { groups } = await platform.client.get<{ groups: { name: string; versions: unknown[] }[] }>(
        "/apis",
      );
      return groups.find(({ name }) => name === "shop.example")?.versions.length;
    })
    .toBe(2);
  await expect
    .poll(() => platform.client.get<{ rules: unknown[] }>(`${roles}/admin`))
    .toMatchObject({ rules: expect.arrayContaining([expect.objectContaining(rules[0])]) as unknown });
  const kinds = await learnerKinds(platform.client);
  const own = kinds.filter(({ group }) => group === "shop.example").map(({ resource }) => resource);
  expect(own.toSorted()).toEqual(["baskets", "wishes"]);
});

async function define(plural: string, version: string): Promise<void> {
  const kind = plural.slice(0, -1);
  const schema = { openAPIV3Schema: { type: "object" } };
  await platform.client.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: `${plural}.shop.example` },
    spec: {
      group: "shop.example",
      scope: "Namespaced",
      names: {
        plural,
        singular: kind,
        kind: kind[0]?.toUpperCase() + kind.slice(1),
        listKind: `${kind}List`,
      },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  });
}

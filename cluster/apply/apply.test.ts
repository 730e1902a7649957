import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { createApi } from "../create-api.js";
import type { ApiCore } from "../rest/api-core.js";
import { apply } from "./apply.js";

const user: UserInfo = { name: "tester", groups: [] };
const ref = { group: "apps", version: "v1", resource: "deployments" };
const at = { namespace: "lab", name: "web" };

function deployment(replicas: number | undefined, ...containers: object[]): object {
  const labels = { app: "web" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

const main = { name: "main", image: "nginx:1" };
const side = { name: "side", image: "busybox:1" };

function managers({ metadata }: ApiObject): unknown[] {
  return (metadata.managedFields ?? []).map((entry) => (entry as { manager: string }).manager);
}

describe("server-side apply", () => {
  let core: ApiCore;
  let api: ApiService;
  const applyAs = async (fieldManager: string, body: object, force = false): Promise<ApiObject> =>
    (await apply(core, { ref, at, body: structuredClone(body), force }, { user, fieldManager })).object;
  const spec = (
    object: ApiObject,
  ): { replicas: number; template: { spec: { containers: { name: string }[] } } } =>
    object["spec"] as ReturnType<typeof spec>;

  beforeEach(() => {
    ({ core, api } = createApi());
  });

  afterEach(() => vi.useRealTimers());

  it("creates, and changes nothing when repeated", async () => {
    const first = await applyAs("one", deployment(2, main));
    const second = await applyAs("one", deployment(2, main));
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(managers(second)).toEqual(["one"]);
  });

  it("removes what its manager leaves out and nobody else owns", async () => {
    await applyAs("one", deployment(2, main, side));
    const after = await applyAs("one", deployment(2, main));
    expect(spec(after).template.spec.containers.map(({ name }) => name)).toEqual(["main"]);
  });

  it("keeps what another manager owns too", async () => {
    await applyAs("one", deployment(2, main, side));
    await applyAs("two", deployment(undefined, main, side));
    const after = await applyAs("one", deployment(2, main));
    expect(spec(after).template.spec.containers).toHaveLength(2);
  });

  it("refuses to take a field from its owner, unless forced", async () => {
    await applyAs("one", deployment(2, main));
    await expect(applyAs("two", deployment(3, main))).rejects.toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
      status: {
        code: 409,
        details: {
          causes: [
            { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".spec.replicas" },
          ],
        },
      },
    });
    const forced = await applyAs("two", deployment(3, main), true);
    expect(spec(forced).replicas).toBe(3);
    await expect(applyAs("one", deployment(2, main))).rejects.toThrow('conflict with "two": .spec.replicas');
  });

  it("counts an update as a change of owner", async () => {
    await applyAs("one", deployment(2, main));
    const body = { spec: { replicas: 5 } };
    await api.patch(ref, at, { type: "merge", body }, { user, fieldManager: "hand" });
    await expect(applyAs("one", deployment(2, main))).rejects.toThrow(
      'conflict with "hand" using apps/v1: .spec.replicas',
    );
    const without = await applyAs("one", deployment(undefined, main));
    expect(spec(without).replicas).toBe(5);
  });

  it("lets managers share a field they agree on", async () => {
    await applyAs("one", deployment(1, main));
    const after = await applyAs("two", deployment(1, main));
    // Who changed nothing has no time, and comes first.
    expect(managers(after)).toEqual(["two", "one"]);
  });

  it("leaves an object as it is where its manager changes nothing in the second in which it wrote the status", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const options = { user, fieldManager: "one" };
    const made = await api.create(ref, "lab", deployment(2, main) as ApiObject, options);
    const status = { ...ref, subresource: "status" };
    const told = await api.update(status, { ...made, status: { readyReplicas: 2 } }, options);
    const { resourceVersion } = told.metadata;
    for (let time = 0; time < 3; time++) {
      const body = { spec: { replicas: 2 } };
      const patched = await api.patch(ref, at, { type: "merge", body }, options);
      expect(patched.metadata.resourceVersion).toBe(resourceVersion);
    }
  });
});

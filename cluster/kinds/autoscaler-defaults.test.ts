import { describe, expect, it } from "vitest";
import { valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { createApi } from "../create-api.js";

const UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const DOWN = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };

function created(spec: object): Promise<ApiObject> {
  const object = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 5,
      ...spec,
    },
  } as ApiObject;
  const resource = { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers" };
  return createApi().api.create(resource, "lab", object, { user: { name: "tester", groups: [] } });
}

describe("defaults of an autoscaler", () => {
  it.each([
    ["no direction", {}, { scaleUp: UP, scaleDown: DOWN }],
    ["a direction without rules", { scaleUp: {} }, { scaleUp: UP, scaleDown: DOWN }],
    [
      "a window alone",
      { scaleUp: { stabilizationWindowSeconds: 60 }, scaleDown: { stabilizationWindowSeconds: 300 } },
      {
        scaleUp: { ...UP, stabilizationWindowSeconds: 60 },
        scaleDown: { ...DOWN, stabilizationWindowSeconds: 300 },
      },
    ],
    [
      "a disabled direction",
      { scaleDown: { selectPolicy: "Disabled" } },
      { scaleUp: UP, scaleDown: { ...DOWN, selectPolicy: "Disabled" } },
    ],
    [
      "policies of its own",
      { scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } },
      { scaleUp: { ...UP, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] }, scaleDown: DOWN },
    ],
  ])("complete a behavior with %s", async (_case, behavior, expected) => {
    expect(valueAt(await created({ behavior }), "spec.behavior")).toEqual(expected);
  });

  it("leave out a behavior that is not stated", async () => {
    expect(valueAt(await created({}), "spec.behavior")).toBeUndefined();
  });

  it("keep a stated empty list of policies, which is refused", async () => {
    await expect(created({ behavior: { scaleUp: { policies: [] } } })).rejects.toThrow(
      "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
    );
  });

  it.each([[undefined], [[]]])("aim at four fifths of the cpu where metrics are %j", async (metrics) => {
    const target = { type: "Utilization", averageUtilization: 80 };
    const { spec } = (await created({ metrics })) as ApiObject & { spec: object };
    expect(spec).toMatchObject({
      minReplicas: 1,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
    });
  });
});

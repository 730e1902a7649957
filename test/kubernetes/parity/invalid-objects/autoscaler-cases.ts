import { autoscaler, measured } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const autoscalerCases: InvalidObjects = {
  HorizontalPodAutoscaler: {
    "min zero": autoscaler({ minReplicas: 0 }),
    "min negative": autoscaler({ minReplicas: -1 }),
    "no max": autoscaler({ maxReplicas: undefined }),
    "no type": measured({}),
    type: measured({ type: "What" }),
    two: measured({
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
      pods: { metric: { name: "a" }, target: { type: "AverageValue", averageValue: "1" } },
    }),
    "target type": measured({ type: "Resource", resource: { name: "cpu", target: { type: "What" } } }),
    "target both": measured({
      type: "Resource",
      resource: { name: "cpu", target: { type: "AverageValue", averageUtilization: 50, averageValue: "1" } },
    }),
    "target none": measured({ type: "Resource", resource: { name: "cpu", target: { type: "Utilization" } } }),
    "no name": measured({
      type: "Resource",
      resource: { name: "", target: { type: "Utilization", averageUtilization: 50 } },
    }),
    pods: measured({ type: "Pods", pods: { metric: { name: "" }, target: { type: "Value", value: "1" } } }),
    object: measured({
      type: "Object",
      object: { metric: { name: "a" }, describedObject: { kind: "", name: "" }, target: { type: "Value" } },
    }),
    external: measured({
      type: "External",
      external: { metric: { name: "a" }, target: { type: "Value", value: "1", averageValue: "1" } },
    }),
    container: measured({
      type: "ContainerResource",
      containerResource: {
        name: "cpu",
        container: "",
        target: { type: "Utilization", averageUtilization: 50 },
      },
    }),
    behavior: autoscaler({ behavior: { scaleDown: { policies: [], stabilizationWindowSeconds: 4000 } } }),
    policy: autoscaler({
      behavior: {
        scaleUp: { selectPolicy: "What", policies: [{ type: "What", value: 0, periodSeconds: 2000 }] },
      },
    }),
    "kind path": autoscaler({ scaleTargetRef: { kind: "a/b", name: "c%d" } }),
    "value zero": measured({
      type: "Resource",
      resource: { name: "memory", target: { type: "AverageValue", averageValue: "0" } },
    }),
  },
};

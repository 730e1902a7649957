import { definitionStrategy } from "../crd/definition-strategy.js";
import { coreStrategies } from "./core-strategies.js";
import { flowControlStrategies } from "./flow-control-strategies.js";
import { otherStrategies } from "./other-strategies.js";
import { resourceClaimStrategies } from "./resource-claim-strategies.js";
import type { KindStrategy } from "./strategy.js";
import { workloadStrategies } from "./workload-strategies.js";

const STRATEGIES: Record<string, KindStrategy> = {
  ...coreStrategies,
  ...workloadStrategies,
  ...otherStrategies,
  ...flowControlStrategies,
  ...resourceClaimStrategies,
  "apiextensions.k8s.io/CustomResourceDefinition": definitionStrategy,
};
const NO_RULES: KindStrategy = {};

/** The rules of a built-in kind; kinds without any have only their schema. */
export function strategyOf(group: string, kind: string): KindStrategy {
  return STRATEGIES[`${group}/${kind}`] ?? NO_RULES;
}

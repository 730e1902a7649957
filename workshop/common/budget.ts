import type { BudgetName } from "./lab.js";

/** What a session may use; the table labs are written against today. */
export interface Budget {
  cpu: string;
  memory: string;
  containerCpu: string;
  containerMemory: string;
  volumeSize: string;
  counts: Counts;
}

/** How many objects of a kind there may be; `others` is for each kind that is not named. */
export interface Counts {
  volumes: number;
  controllers: number;
  secrets: number;
  services: number;
  others: number;
}

/** Pods of one session; enough for every lab of the classic corpus, small enough that a runaway loop is stopped. */
export const MAX_PODS = 50;

/** The budget of that name; `custom` has none, the lab brings its own objects. */
export function budgetOf(name: BudgetName): Budget | undefined {
  return name === "custom" ? undefined : BUDGETS[name];
}

/** How many objects a session may have: also with a `custom` budget, since what is stored burdens everybody's cluster. */
export function countsOf(name: BudgetName): Counts {
  return BUDGETS[name === "custom" ? "xxx-large" : name].counts;
}

/** What a quota of that budget says of the pods of a namespace. */
export function quotaSpec({ cpu, memory }: Budget): { hard: Record<string, string> } {
  return { hard: { "limits.cpu": cpu, "limits.memory": memory, pods: String(MAX_PODS) } };
}

/** What pods of a namespace may ask for under that budget, and get when they ask for nothing. */
export function limitRangeSpec(budget: Budget): { limits: Record<string, unknown>[] } {
  const most = { cpu: budget.cpu, memory: budget.memory };
  const container = {
    type: "Container",
    min: { cpu: "1m", memory: "1M" },
    max: most,
    default: { cpu: budget.containerCpu, memory: budget.containerMemory },
    defaultRequest: { cpu: "50m", memory: "128Mi" },
  };
  return {
    limits: [
      { type: "Pod", max: most },
      container,
      { type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: budget.volumeSize } },
    ],
  };
}

const BUDGETS: Record<Exclude<BudgetName, "custom">, Budget> = {
  small: {
    cpu: "1",
    memory: "1Gi",
    containerCpu: "250m",
    containerMemory: "256Mi",
    volumeSize: "1Gi",
    counts: { volumes: 3, controllers: 10, secrets: 20, services: 5, others: 20 },
  },
  medium: {
    cpu: "2",
    memory: "2Gi",
    containerCpu: "500m",
    containerMemory: "512Mi",
    volumeSize: "5Gi",
    counts: { volumes: 6, controllers: 15, secrets: 25, services: 10, others: 30 },
  },
  large: {
    cpu: "4",
    memory: "4Gi",
    containerCpu: "500m",
    containerMemory: "512Mi",
    volumeSize: "10Gi",
    counts: { volumes: 12, controllers: 25, secrets: 35, services: 20, others: 40 },
  },
  "x-large": {
    cpu: "8",
    memory: "8Gi",
    containerCpu: "500m",
    containerMemory: "512Mi",
    volumeSize: "20Gi",
    counts: { volumes: 18, controllers: 35, secrets: 45, services: 30, others: 50 },
  },
  "xx-large": {
    cpu: "8",
    memory: "12Gi",
    containerCpu: "500m",
    containerMemory: "512Mi",
    volumeSize: "20Gi",
    counts: { volumes: 24, controllers: 45, secrets: 55, services: 40, others: 60 },
  },
  "xxx-large": {
    cpu: "8",
    memory: "16Gi",
    containerCpu: "500m",
    containerMemory: "512Mi",
    volumeSize: "20Gi",
    counts: { volumes: 30, controllers: 55, secrets: 65, services: 50, others: 70 },
  },
};

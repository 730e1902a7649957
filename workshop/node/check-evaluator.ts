import type { CheckResult } from "../common/api.js";
import { CONDITION_KINDS, type Condition, type ConditionKind, conditionText } from "../common/condition.js";
import { type ConditionVerdict, type ObservedObject, judgeCondition } from "../common/condition-match.js";
import { watchCollection } from "./collection-watch.js";
import type { KubernetesClient } from "./kubernetes-client.js";

export interface ConditionWait {
  namespace: string;
  conditions: readonly Condition[];
  timeoutMs: number;
  signal?: AbortSignal;
  /** Told whenever one of the results changes. */
  onChange?: (results: CheckResult[]) => void;
}

/**
 * Watches the namespace until all conditions are true at the same moment, or the time is over: then those that are not true have
 * failed, with what was seen instead. Watches, so the answer comes within milliseconds of the cause.
 */
export async function awaitConditions(client: KubernetesClient, wait: ConditionWait): Promise<CheckResult[]> {
  if (wait.conditions.length === 0) return [];
  const kinds = [...new Set(wait.conditions.map(({ kind }) => kind))];
  const objects = new Map<ConditionKind, ObservedObject[]>();
  const stop = new AbortController();
  let verdicts = judge(wait.conditions, objects);
  try {
    await new Promise<void>((resolve, reject) => {
      const end = AbortSignal.any([
        AbortSignal.timeout(wait.timeoutMs),
        ...(wait.signal ? [wait.signal] : []),
      ]);
      end.addEventListener("abort", () => resolve(), { once: true });
      for (const kind of kinds) {
        const onChange = (items: ReadonlyMap<string, ObservedObject>): void => {
          objects.set(kind, [...items.values()]);
          verdicts = judge(wait.conditions, objects);
          wait.onChange?.(results(wait.conditions, verdicts, "waiting"));
          if (verdicts.every((verdict) => verdict?.isMet)) resolve();
        };
        const { path, plural } = CONDITION_KINDS[kind];
        watchCollection<ObservedObject>(
          client,
          `${path}/namespaces/${wait.namespace}/${plural}`,
          { onChange },
          stop.signal,
        ).catch(reject);
      }
    });
  } finally {
    stop.abort();
  }
  return results(wait.conditions, verdicts, "failed");
}

type Verdicts = (ConditionVerdict | undefined)[];

/** Undefined for a kind that has not been listed yet: nothing is said about what was not seen. */
function judge(
  conditions: readonly Condition[],
  objects: ReadonlyMap<ConditionKind, ObservedObject[]>,
): Verdicts {
  return conditions.map((condition) => {
    const seen = objects.get(condition.kind);
    return seen && judgeCondition(condition, seen);
  });
}

function results(
  conditions: readonly Condition[],
  verdicts: Verdicts,
  unmet: "waiting" | "failed",
): CheckResult[] {
  return conditions.map((condition, at) => ({
    text: conditionText(condition),
    state: verdicts[at]?.isMet ? "passed" : unmet,
    detail: verdicts[at]?.detail ?? "The cluster has not answered yet",
  }));
}

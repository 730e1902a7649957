import type { CheckResult } from "../common/api.js";
import { CONDITION_KINDS, type Condition, type ConditionKind } from "../common/condition.js";
import { conditionText } from "../common/condition-words.js";
import { type ConditionVerdict, type ObservedObject, judgeCondition } from "../common/condition-match.js";
import { ORGANIZATION_LABEL } from "../common/session.js";
import { watchCollection } from "./collection-watch.js";
import type { KubernetesClient } from "./kubernetes-client.js";

export interface ConditionWait {
  namespace: string;
  /** Whose policies are looked at. */
  organization: string;
  conditions: readonly Condition[];
  timeoutMs: number;
  signal?: AbortSignal;
  /** Told whenever one of the results changes. */
  onChange?: (results: CheckResult[]) => void;
}

/** How a wait ended: `gone` with its namespace, `unseen` where the cluster did not answer at the end. */
export interface ConditionOutcome {
  ended: "met" | "late" | "gone" | "unseen";
  checks: CheckResult[];
}

/**
 * Watches the namespace until all conditions are true at the same moment, or the time is over: then those that are not true have
 * failed, with what was seen instead. Watches, so the answer comes within milliseconds of the cause. Throws the signal's reason.
 */
export async function awaitConditions(
  client: KubernetesClient,
  wait: ConditionWait,
): Promise<ConditionOutcome> {
  wait.signal?.throwIfAborted();
  const seen: Seen = new Map();
  const stop = new AbortController();
  const end = AbortSignal.any([AbortSignal.timeout(wait.timeoutMs), ...(wait.signal ? [wait.signal] : [])]);
  try {
    const ended = await new Promise<"met" | "late" | "gone">((resolve, reject) => {
      end.addEventListener("abort", () => resolve("late"), { once: true });
      const onChange = (): void => {
        const verdicts = judge(wait.conditions, seen);
        wait.onChange?.(results(wait.conditions, verdicts, "waiting"));
        if (verdicts.every((verdict) => verdict?.isMet)) resolve("met");
      };
      watchKinds(client, wait, { seen, onChange, signal: stop.signal }).catch(reject);
      watchEnd(client, wait.namespace, { onEnd: () => resolve("gone"), signal: stop.signal }).catch(reject);
    });
    wait.signal?.throwIfAborted();
    const verdicts = judge(wait.conditions, seen);
    const isUnseen = ended === "late" && verdicts.includes(undefined);
    return { ended: isUnseen ? "unseen" : ended, checks: results(wait.conditions, verdicts, "failed") };
  } finally {
    stop.abort();
  }
}

type Seen = Map<ConditionKind, ObservedObject[]>;

/** Keeps `seen` in step with the cluster; what cannot be watched any more is not seen, because it may have changed. */
async function watchKinds(
  client: KubernetesClient,
  wait: ConditionWait,
  { seen, onChange, signal }: { seen: Seen; onChange: () => void; signal: AbortSignal },
): Promise<void> {
  const kinds = [...new Set(wait.conditions.map(({ kind }) => kind))];
  const watches = kinds.map((kind) => {
    const listener = {
      onChange: (items: ReadonlyMap<string, ObservedObject>) => {
        seen.set(
          kind,
          [...items.values()].filter((object) => isOfSession(kind, object, wait)),
        );
        onChange();
      },
      onError: () => void seen.delete(kind),
    };
    return watchCollection(client, collectionOf(kind, wait), listener, signal);
  });
  await Promise.all(watches);
}

function collectionOf(kind: ConditionKind, { namespace, organization }: ConditionWait): string {
  const { path, plural } = CONDITION_KINDS[kind];
  if (kind === "namespace") return `${path}/${plural}?fieldSelector=metadata.name%3D${namespace}`;
  if (kind === "policy")
    return `${path}/${plural}?labelSelector=${encodeURIComponent(`${ORGANIZATION_LABEL}=${organization}`)}`;
  return `${path}/namespaces/${namespace}/${plural}`;
}

/** Labels can be given to any policy; its spec says whose it is. */
function isOfSession(
  kind: ConditionKind,
  { spec }: ObservedObject,
  { organization }: ConditionWait,
): boolean {
  return kind !== "policy" || spec?.organization === organization;
}

/** With its session a namespace empties itself: nothing that is seen then says anything about the step. */
function watchEnd(
  client: KubernetesClient,
  namespace: string,
  { onEnd, signal }: { onEnd: () => void; signal: AbortSignal },
): Promise<void> {
  const onChange = (items: ReadonlyMap<string, ObservedObject>): void => {
    const [found] = items.values();
    if (!found || found.metadata?.deletionTimestamp) onEnd();
  };
  const path = `/api/v1/namespaces?fieldSelector=metadata.name%3D${namespace}`;
  return watchCollection<ObservedObject>(client, path, { onChange }, signal);
}

type Verdicts = (ConditionVerdict | undefined)[];

/** Undefined for a kind that has not been listed yet: nothing is said about what was not seen. */
function judge(conditions: readonly Condition[], seen: Seen): Verdicts {
  return conditions.map((condition) => {
    const objects = seen.get(condition.kind);
    return objects && judgeCondition(condition, objects);
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

import { EventEmitter, once } from "node:events";
import type { CheckResult } from "../common/api.js";
import type { Condition } from "../common/condition.js";
import { kindOf } from "../common/condition-kinds.js";
import { conditionText } from "../common/condition-words.js";
import { type ConditionVerdict, type ObservedObject, judgeCondition } from "../common/condition-match.js";
import { ORGANIZATION_LABEL } from "../common/session.js";
import { DeadlineError, withDeadline } from "../../kubernetes/node/deadline.js";
import { watchCollection } from "../../kubernetes/node/collection-watch.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";

export interface WatchedConditions {
  namespace: string;
  /** Whether the cluster is the session's own, all of which may be looked at. */
  isOwnCluster?: boolean;
  /** Whose policies are looked at. */
  organization: string;
  conditions: readonly Condition[];
  /** What was known of them when their step was first shown; looked up at the beginning of the watch where absent. */
  baseline?: readonly CheckResult[];
}

export interface ConditionWait {
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
 * Watches the conditions of a step from before it until it is closed. A condition that was true at the beginning and all the time since
 * is told from one that the step made true. Watches, so an answer comes within milliseconds of its cause.
 */
export class ConditionWatch {
  readonly #watched: WatchedConditions;
  readonly #seen: Seen = new Map();
  readonly #stop = new AbortController();
  readonly #events = new EventEmitter();
  /** Whether a condition was true before; undefined until it has been looked at. */
  readonly #before: (boolean | undefined)[];
  #isGone = false;
  #failure: Error | undefined;

  constructor(client: KubernetesClient, watched: WatchedConditions) {
    this.#watched = watched;
    this.#before = watched.conditions.map(() => undefined);
    const { signal } = this.#stop;
    const fail = (error: Error): void => {
      this.#failure = error;
      this.#events.emit("change");
    };
    const onChange = (): void => this.#look();
    const onEnd = (): void => {
      this.#isGone = true;
      this.#events.emit("change");
    };
    watchKinds(client, watched, { seen: this.#seen, onChange, signal }).catch(fail);
    watchEnd(client, watched.namespace, { onEnd, signal }).catch(fail);
  }

  /** Resolves when every condition has been looked at, at the latest after the time. Throws the signal's reason, and where it may not read. */
  async looked({ timeoutMs, signal }: Omit<ConditionWait, "onChange">): Promise<CheckResult[]> {
    await this.#until(() => !this.#before.includes(undefined), { timeoutMs, ...(signal && { signal }) });
    return this.results("waiting");
  }

  /**
   * Waits until all conditions are true at the same moment, or the time is over: then those that are not true have failed, with what
   * was seen instead. Throws the signal's reason, and where it may not read.
   */
  async met(wait: ConditionWait): Promise<ConditionOutcome> {
    let checks: CheckResult[] = [];
    const look = (): boolean => {
      checks = this.results("waiting");
      wait.onChange?.(checks);
      return this.#verdicts().every((verdict) => verdict?.isMet);
    };
    if (await this.#until(look, wait)) return { ended: "met", checks };
    const ended = this.#isGone ? "gone" : this.#verdicts().includes(undefined) ? "unseen" : "late";
    return { ended, checks: this.results("failed") };
  }

  /** Resolves when anything has changed that the conditions look at. Throws the signal's reason. */
  async changed(signal: AbortSignal): Promise<void> {
    await once(this.#events, "change", { signal });
  }

  results(unmet: "waiting" | "failed"): CheckResult[] {
    const verdicts = this.#verdicts();
    return this.#watched.conditions.map((condition, at) => ({
      text: conditionText(condition),
      state: verdicts[at]?.isMet ? (this.#before[at] ? "before" : "passed") : unmet,
      detail: verdicts[at]?.detail ?? "The cluster has not answered yet",
    }));
  }

  close(): void {
    this.#stop.abort();
  }

  /** Whether it came true, even for a moment, before the time was over and the session gone. */
  async #until(
    isSo: () => boolean,
    { timeoutMs, signal }: Omit<ConditionWait, "onChange">,
  ): Promise<boolean> {
    let look: (() => void) | undefined;
    const change = (): Promise<boolean> =>
      new Promise<boolean>((resolve, reject) => {
        look = () => {
          if (this.#failure !== undefined) reject(this.#failure);
          else if (this.#isGone) resolve(false);
          else if (isSo()) resolve(true);
        };
        this.#events.on("change", look);
        look();
      });
    try {
      return await withDeadline(timeoutMs, signal, change);
    } catch (error) {
      if (error instanceof DeadlineError) return false;
      throw error;
    } finally {
      if (look) this.#events.off("change", look);
    }
  }

  /** Undefined for a kind that has not been listed yet: nothing is said about what was not seen. */
  #verdicts(): (ConditionVerdict | undefined)[] {
    return this.#watched.conditions.map((condition) => {
      const objects = this.#seen.get(collectionOf(condition, this.#watched));
      return objects && judgeCondition(condition, objects);
    });
  }

  #look(): void {
    for (const [at, verdict] of this.#verdicts().entries()) {
      if (!verdict) continue;
      this.#before[at] = verdict.isMet && (this.#before[at] ?? this.#wasBefore(at));
    }
    this.#events.emit("change");
  }

  #wasBefore(at: number): boolean {
    const { baseline, conditions } = this.#watched;
    const condition = conditions[at];
    if (!baseline || !condition) return true;
    return baseline.find(({ text }) => text === conditionText(condition))?.state === "before";
  }
}

/** By the address of the collection. */
type Seen = Map<string, ObservedObject[]>;

/** Keeps `seen` in step with the cluster; what cannot be watched any more is not seen, because it may have changed. */
async function watchKinds(
  client: KubernetesClient,
  watched: WatchedConditions,
  { seen, onChange, signal }: { seen: Seen; onChange: () => void; signal: AbortSignal },
): Promise<void> {
  const collections = new Map(
    watched.conditions.map((condition) => [collectionOf(condition, watched), condition.kind]),
  );
  const watches = [...collections].map(([collection, kind]) => {
    const listener = {
      onChange: (items: ReadonlyMap<string, ObservedObject>) => {
        seen.set(
          collection,
          [...items.values()].filter((object) => isOfSession(kind, object, watched)),
        );
        onChange();
      },
      onError: () => void seen.delete(collection),
    };
    return watchCollection(client, collection, listener, signal);
  });
  await Promise.all(watches);
}

function collectionOf(
  { kind, name, namespace: given }: Condition,
  { namespace, organization, isOwnCluster = false }: WatchedConditions,
): string {
  const { path, plural, isClusterWide } = kindOf(kind);
  if (kind === "namespace") {
    const wanted = isOwnCluster ? (name ?? namespace) : namespace;
    return `${path}/${plural}?fieldSelector=metadata.name%3D${encodeURIComponent(wanted)}`;
  }
  if (isOwnCluster && isClusterWide) return `${path}/${plural}`;
  if (isOwnCluster && given !== undefined) return `${path}/namespaces/${encodeURIComponent(given)}/${plural}`;
  if (kind === "policy")
    return `${path}/${plural}?labelSelector=${encodeURIComponent(`${ORGANIZATION_LABEL}=${organization}`)}`;
  return `${path}/namespaces/${namespace}/${plural}`;
}

/** Labels can be given to any policy; its spec says whose it is. */
function isOfSession(kind: string, { spec }: ObservedObject, { organization }: WatchedConditions): boolean {
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

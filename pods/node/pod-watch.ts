import { watchCollection } from "../../kubernetes/node/collection-watch.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type PodStatus, isOver, isRunning } from "./pod-problem.js";
import { POD_SESSION_LABEL } from "./pod-settings.js";

/** How often what is waited for is looked at without a change. */
const LOOK_MS = 1_000;
/** The pods and secrets of sessions. */
export const SHELL_SELECTOR = `labelSelector=${encodeURIComponent(`${POD_SESSION_LABEL},app.kubernetes.io/component=shell`)}`;

/** The pods of all sessions as the cluster has them now. */
export class PodWatch {
  readonly #pods = new Map<string, PodStatus>();
  readonly #changes = new Set<() => void>();
  readonly #gone = new Set<(session: string, pod: PodStatus) => void>();
  readonly #begun = new Set<(session: string) => void>();
  readonly #stop = new AbortController();
  #watching: Promise<void> | undefined;

  /** Fires when the watch is stopped. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when the pods are known that there are. Throws KubernetesError where they may not be read. */
  start(client: KubernetesClient, namespace: string, report: (line: string) => void): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods?${SHELL_SELECTOR}`;
    return new Promise<void>((resolve, reject) => {
      this.#watching = watchCollection<PodStatus>(
        client,
        path,
        {
          onChange: () => resolve(),
          onItem: (type, pod) => this.#take(type, pod),
          onError: (error) => report(`the watch of ${namespace} begins anew: ${String(error)}`),
        },
        this.signal,
      );
      this.#watching.catch(reject);
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching?.catch(() => undefined);
  }

  /** Called when a pod will not run any more, with the last that is known of it. */
  onGone(listener: (session: string, pod: PodStatus) => void): void {
    this.#gone.add(listener);
  }

  /** Called when a pod runs that did not before, whichever server made it, and when its host was started again. */
  onRunning(listener: (session: string) => void): void {
    this.#begun.add(listener);
  }

  /** The sessions whose pods run. */
  get running(): string[] {
    return [...this.#pods].filter(([, pod]) => isRunning(pod)).map(([session]) => session);
  }

  get(session: string): PodStatus | undefined {
    return this.#pods.get(session);
  }

  /** Whether it came true in time; looked at after every change, and once a second. */
  async until(ms: number, isTrue: () => boolean | Promise<boolean>): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (;;) {
      if (await isTrue()) return true;
      const left = deadline - performance.now();
      if (left <= 0 || this.signal.aborted) return false;
      await this.#change(Math.min(left, LOOK_MS));
    }
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#changes.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, ms);
      this.#changes.add(settle);
    });
  }

  #take(type: "ADDED" | "MODIFIED" | "DELETED", pod: PodStatus): void {
    const session = pod.metadata.labels?.[POD_SESSION_LABEL];
    if (session === undefined) return;
    const before = this.#pods.get(session);
    if (type === "DELETED") this.#pods.delete(session);
    else this.#pods.set(session, pod);
    this.#tell(session, before, type === "DELETED" ? undefined : pod);
    for (const changed of this.#changes) changed();
  }

  #tell(session: string, before: PodStatus | undefined, now: PodStatus | undefined): void {
    if (before && hasEnded(before, now))
      for (const gone of this.#gone) gone(session, now && isSame(before, now) ? now : before);
    if (hasBegun(before, now)) for (const begun of this.#begun) begun(session);
  }
}

/** A watch that begins anew may find another pod in the place of the one it knew. */
function isSame(before: PodStatus | undefined, now: PodStatus | undefined): boolean {
  return before?.metadata.uid === now?.metadata.uid;
}

function hasEnded(before: PodStatus, now: PodStatus | undefined): boolean {
  return !isOver(before) && (!now || !isSame(before, now) || isOver(now));
}

function hasBegun(before: PodStatus | undefined, now: PodStatus | undefined): boolean {
  return now !== undefined && isRunning(now) && !(before && isSame(before, now) && isRunning(before));
}

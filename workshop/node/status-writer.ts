import type { SessionResource, SessionStatus } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { SESSIONS_PATH } from "./session-crd.js";

/**
 * Between two writes of what is merely progress, and before the first one: most sessions are made in less, and written once. Of a class that
 * begins, these would be a fifth of all the cluster is asked; the server that makes a session shows its progress without them, and others are
 * a second behind.
 */
const PROGRESS_MS = 1_000;

/** Writes a session's status one call at a time; of several changes meanwhile only the newest is sent. */
export class StatusWriter {
  readonly #client: Pick<KubernetesClient, "merge">;
  readonly #session: SessionResource;
  readonly #signal: AbortSignal | undefined;
  #wanted: SessionStatus | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** By the clock of `performance`. */
  #notBefore = performance.now() + PROGRESS_MS;
  #flushes = 0;
  /** Ends the pause between two writes. */
  #hurry: () => void = () => undefined;

  /** Once `signal` is aborted, nothing more is written. */
  constructor(client: Pick<KubernetesClient, "merge">, session: SessionResource, signal?: AbortSignal) {
    this.#client = client;
    this.#session = session;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.#hurry(), { once: true });
  }

  /** Remembers the status and sends it soon, also where the one before could not be sent; a failure is told by `flush`. */
  write(status: SessionStatus): void {
    const isScheduled = this.#wanted !== undefined;
    this.#wanted = status;
    if (isScheduled) return;
    const next = this.#writing.catch(() => undefined).then(() => this.#send());
    this.#writing = next;
    next.catch(() => undefined);
  }

  /** Sends at once what was not sent yet; resolves when the last status has reached the cluster. */
  async flush(): Promise<void> {
    this.#flushes += 1;
    this.#hurry();
    try {
      await this.#writing;
    } finally {
      this.#flushes -= 1;
    }
  }

  /** Forgets what was not sent yet, which nobody is to read any more. What is written afterwards is sent. */
  drop(): void {
    this.#wanted = undefined;
    this.#hurry();
  }

  async #send(): Promise<void> {
    await this.#pause();
    const status = this.#wanted;
    this.#wanted = undefined;
    if (!status || this.#signal?.aborted) return;
    this.#notBefore = performance.now() + PROGRESS_MS;
    await this.#client.merge(`${SESSIONS_PATH}/${this.#session.metadata.name}/status`, { status });
  }

  async #pause(): Promise<void> {
    const left = this.#notBefore - performance.now();
    if (left <= 0 || this.#flushes > 0 || this.#signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

import type { SessionResource, SessionStatus } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { SESSIONS_PATH } from "./session-crd.js";

/** Writes a session's status one call at a time; of several changes meanwhile only the newest is sent. */
export class StatusWriter {
  readonly #client: KubernetesClient;
  readonly #session: SessionResource;
  #wanted: SessionStatus | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(client: KubernetesClient, session: SessionResource) {
    this.#client = client;
    this.#session = session;
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

  /** Resolves when the last status has reached the cluster. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #send(): Promise<void> {
    const status = this.#wanted;
    this.#wanted = undefined;
    if (status)
      await this.#client.merge(`${SESSIONS_PATH}/${this.#session.metadata.name}/status`, { status });
  }
}

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { FrameStream } from "../frame-stream.js";

/** Asks whoever has the networks of pods to connect another to one of them, for as long as the connection lasts. */
export interface JoinRequest {
  type: "join";
  network: string;
  /** A path to the network that is to be connected. */
  path: string;
}

/** The answer: it is connected, or why it is not. */
export type JoinAnswer = { type: "ok" } | { type: "error"; message: string };

export interface MembershipOptions {
  /** The unix socket of whoever has the networks. */
  socket: string;
  request: JoinRequest;
  /** One line for the log. */
  report: (line: string) => void;
}

/** Pauses before it is tried again, while whoever has the networks is away or refuses. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** How long the first shell of a session waits for its pods. */
const PATIENCE_MS = 2_000;

/** Keeps a session's network connected to that of its pods, also when whoever has those is started again. */
export class PodMembership {
  /** Resolves when the network is connected, could not be, or that takes long. */
  readonly settled: Promise<void>;
  readonly #options: MembershipOptions;
  readonly #ending = new AbortController();
  #hasReported = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.settled = new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      void this.#keep(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  end(): void {
    this.#ending.abort();
  }

  async #keep(tried: () => void): Promise<void> {
    const { signal } = this.#ending;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.#join(() => {
          pause = FIRST_PAUSE_MS;
          this.#hasReported = false;
          tried();
        });
      } catch (error) {
        if (!this.#hasReported) this.#options.report(`pods cannot be reached: ${(error as Error).message}`);
        this.#hasReported = true;
      }
      tried();
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when a connection that was made has ended; rejects where none was. */
  async #join(joined: () => void): Promise<void> {
    const { signal } = this.#ending;
    const socket = connect(this.#options.socket);
    const end = (): void => void socket.destroy();
    signal.addEventListener("abort", end, { once: true });
    try {
      await once(socket, "connect", { signal });
      socket.once("end", end);
      await new Promise<void>((resolve, reject) => {
        const stream = new FrameStream(socket, {
          json: (text) => {
            const answer = JSON.parse(text) as JoinAnswer;
            if (answer.type === "ok") return joined();
            reject(new Error(answer.message));
          },
          closed: () => resolve(),
        });
        stream.json(this.#options.request);
      });
    } finally {
      signal.removeEventListener("abort", end);
      socket.destroy();
    }
  }
}

/** The text of a session's /etc/resolv.conf: names as the pods of the namespace have them. */
export function resolverText(namespace: string): string {
  const domain = "cluster.local";
  return `search ${namespace}.svc.${domain} svc.${domain} ${domain}\nnameserver 10.96.0.10\noptions ndots:5\n`;
}

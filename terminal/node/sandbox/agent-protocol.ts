import type { Endpoint } from "./endpoints.js";

/** A folder with a bound of its own, mounted where only the session's shells see it. */
export interface TemporaryMount {
  folder: string;
  bytes: number;
  files: number;
  uid: number;
  gid: number;
}

/** What the host asks of the agent. */
export type AgentRequest =
  | {
      type: "open";
      session: string;
      /** Absent where the machine allows no networks of their own. */
      endpoints?: readonly Endpoint[];
      temporary?: TemporaryMount;
      /** A path to the network of a session that an agent before this one has made. */
      network?: string;
    }
  | { type: "reach"; session: string; endpoints: readonly Endpoint[] }
  | { type: "close"; session: string; folder?: string }
  | MeasureRequest;

/** Asks what folders take on the disk, and what these processes hold of files there that have no name any more. */
export interface MeasureRequest {
  type: "measure";
  folders: readonly string[];
  processes: readonly number[];
}

export interface NumberedRequest {
  id: number;
  request: AgentRequest;
}

/** What folders take on the disk. */
export interface FolderUse {
  bytes: number;
  files: number;
}

/** What the agent counted. */
export interface Measured {
  /** In the order of the folders. */
  uses: FolderUse[];
  /** Of files on their disk that were removed and are still open. */
  removedBytes: number;
}

/** What the agent has to say to a request. */
export interface AgentResult {
  descriptor?: number;
  /** Or that there are more files than can be counted in the time there is. */
  measured?: Measured | "too many";
}

/** The agent's answer. */
export type AgentAnswer = { id: number; result: AgentResult } | { id: number; error: string };

/** What the agent finds it can do here; a reason where it cannot. */
export interface AgentAbilities {
  network: true | string;
  temporary: true | string;
}

/** The agent's first message. */
export interface AgentReady {
  ready: AgentAbilities;
}

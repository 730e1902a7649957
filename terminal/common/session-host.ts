/** Names one terminal; `terminal` is the number a lab uses (`"1"`, `"2"`, `"3"`) or a name of the lab's own. */
export interface TerminalAddress {
  /** The Lectern session it belongs to. */
  session: string;
  terminal: string;
}

/** What a shell is started with. Only `env` reaches the learner's environment; nothing is inherited. */
export interface ShellSpec {
  /** Absolute path of the session's home directory on this machine. */
  home: string;
  env: Readonly<Record<string, string>>;
  /** The operating-system account of the session, where the host may switch to one. */
  account?: { uid: number; gid: number };
  /** Absolute host paths the shell may read besides the system's own folders (tools, the product's code). */
  readOnlyPaths: readonly string[];
  columns?: number;
  rows?: number;
}

export interface TerminalInfo {
  address: TerminalAddress;
  state: "running" | "exited";
  exitStatus?: number;
  columns: number;
  rows: number;
  /** How the shell is confined, in words for a person: `bubblewrap, uid 20003`. */
  confinement: string;
  /** Absolute path of the asciicast v2 recording; complete once the shell has ended. */
  recording?: string;
}

/** One command handed to a shell; `id` is the caller's and makes `run` idempotent. */
export interface Command {
  id: string;
  /** Pasted and followed by a carriage return; several lines run one after the other as one command. */
  text: string;
  /** Milliseconds after which the outcome is `unknown` with the reason; the command itself goes on. */
  timeoutMs: number;
}

export interface CommandOutcome {
  id: string;
  /** `unknown`: the shell could not tell (nested shell, REPL, timeout, shell ended); never shown as success. */
  status: "succeeded" | "failed" | "interrupted" | "unknown";
  exitStatus: number | null;
  /** Epoch milliseconds. */
  startedAt: number;
  durationMs: number;
  /** What the command printed, as plain text, at most the last 64 KiB. */
  output: string;
  outputTruncated: boolean;
  /** Why the status is `unknown` or `interrupted`; absent otherwise. */
  reason?: string;
}

export type TerminalEvent =
  | { type: "command-started"; address: TerminalAddress; id: string; startedAt: number }
  | { type: "command-finished"; address: TerminalAddress; outcome: CommandOutcome }
  | { type: "terminal-exited"; address: TerminalAddress; exitStatus: number };

/** The terminal host as the rest of Lectern sees it; it lives in a process of its own and outlives the server. */
export interface SessionHost {
  /** Starts the shell, or returns the running one; a shell that has ended is started anew. */
  open(address: TerminalAddress, shell: ShellSpec): Promise<TerminalInfo>;
  list(session?: string): Promise<TerminalInfo[]>;
  /** Runs after whatever the same terminal still runs; resolves when the command has ended. Throws TERMINAL_NOT_FOUND. */
  run(address: TerminalAddress, command: Command): Promise<CommandOutcome>;
  /** What became of a command, also after a restart of the server; `undefined` where the id is unknown. */
  outcome(address: TerminalAddress, id: string): Promise<CommandOutcome | "queued" | "running" | undefined>;
  /** Types text as the learner would. */
  input(address: TerminalAddress, text: string): Promise<void>;
  /** Sends Ctrl-C. */
  interrupt(address: TerminalAddress): Promise<void>;
  /** Ends every shell of the session and forgets its records. */
  closeSession(session: string): Promise<void>;
  onEvent(listener: (event: TerminalEvent) => void): () => void;
  /** Lets go of the connection; shells go on. */
  close(): Promise<void>;
}

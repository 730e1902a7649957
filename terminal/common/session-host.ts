import type { ConfinementReport } from "./confinement-report.js";
import type { NetworkTarget } from "./network-target.js";
import type { SessionLimits } from "./session-limits.js";

/** Names one terminal; `terminal` is the number a lab uses (`"1"`, `"2"`, `"3"`) or a name of the lab's own. */
export interface TerminalAddress {
  /** The Lectern session it belongs to. */
  session: string;
  terminal: string;
}

/** What a session's side is made of, apart from the machine it is on. */
export interface SessionSpec {
  /** What the home holds at first, one after the other; folders above a file are made. */
  files: Iterable<HomeFile> | AsyncIterable<HomeFile>;
  /** What its programs may reach besides the session's own loopback, where it has a network of its own; nothing where absent. */
  reaches?: readonly NetworkTarget[];
  /** The pods its programs find by address and name, where it has a network of its own and pods of the machine run. */
  pods?: PodNetwork;
  /** Leaves what a home that outlived its pod holds already as it is; files are put in the place of others where absent. */
  keepsFiles?: boolean;
  /** Most of what its shells may use, where that is less than the operator's limits. */
  limits?: Partial<SessionLimits>;
  /** What its pod is made of, where sessions have pods; shells of one machine share what the machine has. */
  pod?: SessionPod;
  /** Told in words, at most once, that it waits for what no work of the host brings about, such as a node with room. */
  onWait?: (why: string) => void;
}

/** Pods that reach each other. */
export interface PodNetwork {
  network: string;
  /** The namespace whose names are found without it. */
  namespace: string;
}

/** What is asked of a cluster for one session. */
export interface SessionPod {
  /** The object of the cluster that the session is; everything made for the session goes with it. */
  owner: { apiVersion: string; kind: string; name: string; uid: string };
  /** The session's namespace, whose pods its programs reach. */
  namespace: string;
  /** The tool box; any image with glibc and bash. The operator's where absent. */
  image?: string;
  /** Whether the home outlives the pod. */
  persistentHome: boolean;
}

/** A file of a home; `path` is relative to the home and stays inside it. */
export interface RegularFile {
  path: string;
  content: Uint8Array | string;
  /** Permissions, `0o644` where absent. */
  mode?: number;
}

/** A symbolic link of a home; where it leads is the lab's affair. */
export interface SymbolicLink {
  path: string;
  linkTo: string;
}

export type HomeFile = RegularFile | SymbolicLink;

/** New content for a file that somebody has read before. */
export interface FileReplacement {
  /** Relative to the home, as for `RegularFile`. */
  path: string;
  content: Uint8Array | string;
  /** SHA-256 of the bytes it was read as, in hexadecimal; absent for a file that is not there yet. */
  version?: string;
  /** Make the folders on the way to it that are not there. */
  makesFolders?: boolean;
}

/** How a shell begins. Only `env` and what the host sets (`HOME`, `KUBECONFIG`, `PATH`, `TERM`) reach it; nothing is inherited. */
export interface ShellSpec {
  env: Readonly<Record<string, string>>;
  columns?: number;
  rows?: number;
}

/** A program to run beside the shells: as the learner, in the home, with the shells' environment. */
export interface ExecRequest {
  /** Program and arguments; the program is looked up in the session's PATH. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What it reads on standard input; nothing where absent. */
  stdin?: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Milliseconds after which it is killed; 10,000 where absent. */
  timeoutMs?: number;
  /** Bytes of standard output and error together after which it is killed; 1 MiB where absent, at most 16 MiB. */
  outputBytes?: number;
  /** Kills it; the call then rejects with the signal's reason. */
  signal?: AbortSignalLike;
}

export interface ExecResult {
  /** `null` where it did not end by itself. */
  exitStatus: number | null;
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** Why it was killed; absent where it ended by itself. */
  killed?: "timeout" | "output" | "signal";
}

/** The part of `AbortSignal` that is used here, which runs where no DOM is. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** One entry of a folder in the home. */
export interface HomeEntry {
  name: string;
  kind: "file" | "folder" | "link" | "other";
  /** Bytes of a file, 0 for the others. */
  size: number;
  /** Epoch milliseconds. */
  modifiedAt: number;
}

/** What a folder of the home holds. */
export interface HomeListing {
  entries: HomeEntry[];
  /** Whether there is more than the 10,000 entries that are given. */
  isTruncated: boolean;
}

/** A connection to a port inside the session; iterating over it gives what arrives and ends where the other side closes. */
export interface SessionConnection extends AsyncIterable<Uint8Array> {
  /** Resolves when more may be written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Lets go of the connection; safe to call twice. */
  close(): void;
}

/** What one shell showed, as asciicast v2. */
export interface RecordingInfo {
  session: string;
  /** Unique within the session. */
  name: string;
  terminal: string;
  /** Epoch milliseconds. */
  startedAt: number;
  bytes: number;
}

/** What one session takes of something. */
export interface SessionUse {
  session: string;
  bytes: number;
}

export interface TerminalInfo {
  address: TerminalAddress;
  state: "running" | "exited";
  exitStatus?: number;
  columns: number;
  rows: number;
  /** How the shell is confined, in words for a person: `bubblewrap, uid 20003`. */
  confinement: string;
}

/** Asks what one session's screen shows, for somebody who has seen it as `known`. */
export interface ScreenQuestion {
  session: string;
  known?: string;
}

/** What the terminal of a session shows that was written to last, as plain text. */
export interface ScreenText {
  session: string;
  terminal: string;
  /** Of what is shown; the same as long as the screen is. */
  version: string;
  columns: number;
  rows: number;
  /** From the top to the last line that is not empty, at most `SCREEN_LINES` of them, those at the bottom. */
  lines: string[];
}

/** Sessions of one `screens` call, and the lines and characters of each that it tells. */
export const SCREENS_AT_ONCE = 64;
export const SCREEN_LINES = 60;
export const SCREEN_CHARACTERS = 200;

/** One command handed to a shell; `id` is the caller's and makes `run` idempotent. */
export interface Command {
  id: string;
  /** Entered as the learner would; several lines run one after the other as one command. */
  text: string;
  /** Clears the screen before it, as Ctrl-L does. */
  clear?: boolean;
}

export interface CommandOutcome {
  id: string;
  /**
   * `typed`: it reached a nested shell or another program that does not report how what it reads ends. `cancelled`: taken back before
   * it was entered. `unknown`: the shell could not tell. None of these is ever shown as success.
   */
  status: "succeeded" | "failed" | "interrupted" | "typed" | "cancelled" | "unknown";
  exitStatus: number | null;
  /** Epoch milliseconds. */
  startedAt: number;
  durationMs: number;
  /** What the command printed, as plain text, at most the last 64 KiB. */
  output: string;
  outputTruncated: boolean;
  /** Why the status is not `succeeded`, where the exit status does not say it. */
  reason?: string;
}

export type TerminalEvent =
  | { type: "command-started"; address: TerminalAddress; id: string; startedAt: number }
  /** What stands before a command that waits: another by its first line, or a program by its command line. */
  | { type: "command-waiting"; address: TerminalAddress; id: string; waitsFor: string }
  | { type: "command-finished"; address: TerminalAddress; outcome: CommandOutcome }
  | { type: "terminal-opened"; address: TerminalAddress }
  /** `reason` where it was not the shell that ended but what it ran in, in sentences for a person. */
  | { type: "terminal-exited"; address: TerminalAddress; exitStatus: number; reason?: string };

/**
 * The one way to a learner's side. What it does in a home it does as the learner, inside the confinement, bounded in bytes and
 * time; it lives in a process of its own and outlives the server. Where each session has a pod, everything but `prepare` throws
 * TERMINAL_POD_GONE for one whose pod is gone. Sessions are names here: letters, digits, `.`, `_`, `-`, at most 63.
 */
export interface SessionHost {
  /**
   * Makes the session's side: account, home, files. What a session of that name left before is cleared away first.
   * Throws TERMINAL_ACCOUNT_MISSING where no account is free, TERMINAL_FILES_FAILED where the files cannot be laid out,
   * TERMINAL_POD_NOT_READY with the reason where its pod does not run in time.
   */
  prepare(session: string, spec: SessionSpec): Promise<void>;
  /** Has the session's programs reach something else from now on, also those that run. Throws TERMINAL_SESSION_UNKNOWN. */
  reach(session: string, reaches: readonly NetworkTarget[]): Promise<void>;
  /** The sessions that were prepared and not closed. */
  sessions(): Promise<string[]>;
  /** Starts the shell, or returns the running one; a shell that has ended is started anew. Throws TERMINAL_SESSION_UNKNOWN. */
  open(address: TerminalAddress, shell: ShellSpec): Promise<TerminalInfo>;
  terminals(session?: string): Promise<TerminalInfo[]>;
  /**
   * Runs after whatever the same terminal still runs; resolves when the command has ended, however long that takes. Throws
   * TERMINAL_NOT_FOUND.
   */
  run(address: TerminalAddress, command: Command): Promise<CommandOutcome>;
  /**
   * The screens of those of at most `SCREENS_AT_ONCE` sessions that show something else than what is known; one whose terminal is gone
   * is empty, and those that never had one, or whose host does not answer, are left out. Changes nobody's size.
   */
  screens(questions: readonly ScreenQuestion[]): Promise<ScreenText[]>;
  /** What became of a command, also after a restart of the server; `undefined` where the id is unknown. */
  outcome(address: TerminalAddress, id: string): Promise<CommandOutcome | "queued" | "running" | undefined>;
  /** Takes a command back that still waits; `false` where it has been entered or is not known. */
  cancel(address: TerminalAddress, id: string): Promise<boolean>;
  /** Types text as the learner would. */
  input(address: TerminalAddress, text: string): Promise<void>;
  /** Ends a shell with all that runs in it; `open` starts another. */
  endShell(address: TerminalAddress): Promise<void>;
  /** Sends Ctrl-C. */
  interrupt(address: TerminalAddress): Promise<void>;
  /** Runs a program to its end. A status other than 0 is a result. Throws TERMINAL_SESSION_UNKNOWN, TERMINAL_SPAWN_FAILED. */
  exec(session: string, request: ExecRequest): Promise<ExecResult>;
  /** A file of the home, of at most `limit` bytes (1 MiB where absent). Throws TERMINAL_FILE_UNUSABLE with the reason in words. */
  read(session: string, path: string, limit?: number): Promise<Uint8Array>;
  /** Puts a file into the home at once and never half-written, with the folders above it. Throws TERMINAL_FILE_UNUSABLE. */
  write(session: string, file: RegularFile): Promise<void>;
  /**
   * Changes a file that is still as it was read, or makes one that is still not there; links are followed, permissions stay. Throws
   * TERMINAL_FILE_CHANGED where it is another by now, TERMINAL_FILE_UNUSABLE.
   */
  replace(session: string, file: FileReplacement): Promise<void>;
  /** What a folder holds; `""` is the home. Throws TERMINAL_FILE_UNUSABLE. */
  list(session: string, path: string): Promise<HomeListing>;
  /** Connects to a TCP port on the session's own loopback, or at an address as its shells reach it. Throws TERMINAL_PORT_REFUSED. */
  dial(session: string, port: number, address?: string): Promise<SessionConnection>;
  recordings(session?: string): Promise<RecordingInfo[]>;
  /**
   * The sessions whose shells and other programs take most of this machine, largest first; ten at most. What they take of the disk is as
   * last counted, what they take of the memory as it is.
   */
  largest(of: "disk" | "memory"): Promise<SessionUse[]>;
  /** Why no further shell could be opened, in words; `undefined` where one could. */
  shortage(): Promise<string | undefined>;
  /** How sessions are kept apart on this machine, as found out when the host started. */
  confinement(): Promise<ConfinementReport>;
  /** The bytes of one recording, also while it is being made. Throws TERMINAL_RECORDING_UNKNOWN. */
  recording(session: string, name: string): AsyncIterable<Uint8Array>;
  /**
   * Ends everything of the session and takes its home, temporary files and recordings away. Resolves when no process of it runs and
   * its folder is out of the way; the bytes are given back in the background, however long that takes.
   */
  close(session: string): Promise<void>;
  onEvent(listener: (event: TerminalEvent) => void): () => void;
  /** Lets go of the connection; sessions go on. */
  disconnect(): Promise<void>;
}

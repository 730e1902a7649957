import { chmodSync, chownSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { NetworkTarget } from "../common/network-target.js";
import type { PodNetwork } from "../common/session-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { FirstFile } from "../common/host-frames.js";
import { boundedLimits, type SessionLimits } from "../common/session-limits.js";
import { makeHome, plainFiles } from "./first-files.js";
import type { Sandbox } from "./sandbox/launch.js";

/** An operating-system account that belongs to one session alone. */
export interface Account {
  uid: number;
  gid: number;
}

/** What a session has on the disk: one folder, so that one rename takes all of it away. */
export interface SessionPlace {
  name: string;
  folder: string;
  /** The learner's, as all in it: nothing here may be opened by path, except to hand it to a confined program. */
  home: string;
  /** What the session's programs see as /tmp. */
  temporaryFolder: string;
  /** The host's own; learners cannot reach it. */
  recordings: string;
  /** Start-up files of shells and programs, a folder each; the host's own. */
  startFolder: string;
  /** The /etc/hosts of its own network; the host's own. */
  hostsFile: string;
  /** Its /etc/resolv.conf, where its programs find pods; the host's own. */
  resolverFile: string;
  /** Absent where the host may not switch accounts. */
  account?: Account;
  /** What its programs may reach besides the session's own loopback. */
  reaches: readonly NetworkTarget[];
  /** The pods its programs find. */
  pods?: PodNetwork;
  /** What it may use: the host's limits, or less where that was asked for. */
  limits: SessionLimits;
  /** What was asked for, whatever limits a later host has. */
  askedLimits: Partial<SessionLimits>;
  /** Absolute paths its programs may read besides the system's own folders. */
  readOnlyPaths: readonly string[];
  /** The search path of its programs. */
  searchPath: string;
}

/** A session's side on this machine. */
export interface LocalSession extends SessionPlace {
  sandbox: Sandbox;
}

/** What decides how a program is kept apart. */
export type ConfinedSession = Pick<LocalSession, "home" | "account" | "readOnlyPaths" | "sandbox">;

/** What is the same for every session of a host. */
export type SessionTools = Pick<SessionPlace, "readOnlyPaths" | "searchPath">;

/** What is asked for one session. */
export interface AskedOfSession {
  reaches: readonly NetworkTarget[];
  limits?: Partial<SessionLimits>;
  pods?: PodNetwork;
  /** What its home begins with. */
  files?: readonly FirstFile[];
}

/** The session that a host has a pod for; there is no other at it. */
export interface OnlySession {
  name: string;
  /** Absolute paths of folders that are there and stay: mounts of the pod. */
  home: string;
  temporaryFolder: string;
}

/** A record is a few numbers and 64 names of machines; more is not ours. */
const RECORD_BYTES = 65_536;

/** The folders of all sessions of one host; says where things are and touches nothing that a learner owns. */
export class SessionFolders {
  /** Holds a folder for each session. */
  readonly root: string;
  readonly #tools: SessionTools;
  readonly #limits: SessionLimits;
  readonly #only: OnlySession | undefined;

  constructor(
    root: string,
    { limits, ...tools }: SessionTools & Pick<SessionPlace, "limits">,
    only?: OnlySession,
  ) {
    this.root = root;
    this.#tools = tools;
    this.#limits = limits;
    this.#only = only;
    mkdirSync(root, { recursive: true });
    // Accounts must get to their own folder below it, and may not list the others.
    chmodSync(root, 0o711);
  }

  /** Absolute path of the session's folder, whether it exists or not. */
  pathOf(name: string): string {
    return join(this.root, name);
  }

  /**
   * Takes the place of a session, by which its claim to an account is known to be a living one; there must be none of that name.
   * Throws TERMINAL_SESSION_UNKNOWN where the host is another session's alone.
   */
  reserve(name: string): void {
    if (this.#only && this.#only.name !== name) {
      const message = `This terminal host is session ${this.#only.name}'s alone; ${name} has another.`;
      throw new TerminalError(terminalErrorCodes.sessionUnknown, message);
    }
    mkdirSync(this.pathOf(name));
    chmodSync(this.pathOf(name), 0o711);
  }

  /** Makes the folders of a session in its place, and says whether its home has its first files. Throws TERMINAL_FILES_FAILED. */
  make(
    name: string,
    account: Account | undefined,
    { files, ...asked }: AskedOfSession,
  ): { place: SessionPlace; hasFirstFiles: boolean } {
    const session = this.#at(name, account, asked);
    mkdirSync(session.startFolder);
    chmodSync(session.startFolder, 0o711);
    mkdirSync(session.recordings, { mode: 0o700 });
    let first: Map<string, FirstFile> | undefined;
    if (!this.#only) {
      first = files && plainFiles(files, session.limits.homeBytes);
      makeHome(session.home, first ?? new Map<string, FirstFile>(), account);
      mkdirSync(session.temporaryFolder, { mode: 0o700 });
      if (account) chownSync(session.temporaryFolder, account.uid, account.gid);
    }
    // Last: only a folder with a record is a session.
    this.record(session);
    return { place: session, hasFirstFiles: first !== undefined };
  }

  /** Writes down what the next host has to know of the session. */
  record({ folder, account, reaches, pods, askedLimits: limits }: SessionPlace): void {
    const record = join(folder, "session.json");
    writeFileSync(`${record}.new`, JSON.stringify({ uid: account?.uid, reaches, pods, limits }), {
      mode: 0o600,
    });
    renameSync(`${record}.new`, record);
  }

  /** The session as an earlier host left it; `undefined` where there is none. */
  async find(name: string): Promise<SessionPlace | undefined> {
    const text = await readOwnFile(join(this.pathOf(name), "session.json"));
    if (text === undefined) return undefined;
    try {
      const { uid, ...asked } = JSON.parse(text) as { uid?: number } & Partial<AskedOfSession>;
      return this.#at(name, uid === undefined ? undefined : { uid, gid: uid }, { reaches: [], ...asked });
    } catch {
      return undefined;
    }
  }

  /** The names of everything that stands in the place of a session. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  #at(
    name: string,
    account: Account | undefined,
    { reaches, pods, limits = {} }: AskedOfSession,
  ): SessionPlace {
    const folder = this.pathOf(name);
    return {
      name,
      folder,
      home: this.#only?.home ?? join(folder, "home"),
      temporaryFolder: this.#only?.temporaryFolder ?? join(folder, "tmp"),
      recordings: join(folder, "recordings"),
      startFolder: join(folder, "start"),
      hostsFile: join(folder, "hosts"),
      resolverFile: join(folder, "resolv.conf"),
      ...(pods && { pods }),
      reaches,
      ...(account && { account }),
      ...this.#tools,
      limits: boundedLimits(this.#limits, limits),
      askedLimits: limits,
    };
  }
}

/** Reads a small file; without following links or waiting, because an unconfined learner may have put something in its place. */
async function readOwnFile(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  try {
    const stat = await file?.stat();
    return stat?.isFile() && stat.size <= RECORD_BYTES ? await file?.readFile("utf8") : undefined;
  } finally {
    await file?.close();
  }
}

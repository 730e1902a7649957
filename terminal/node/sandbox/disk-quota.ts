import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { SessionLimits } from "../../common/session-limits.js";
import type { SessionUse } from "../../common/session-host.js";
import { largestOf } from "../largest-sessions.js";
import type { SessionPlace } from "../session-folder.js";
import type { FolderUse, Measured } from "./agent-protocol.js";
import { sizeOf } from "./report.js";

/** How often what sessions take is counted where nobody writes much; a home of a lab is counted in 3 ms. */
const COUNT_MS = 15_000;
/** How often the file system is looked at, which costs nothing. */
const LOOK_MS = 1_000;
/** Bytes and files that may go before the next count without anybody looking. */
const SUDDEN_BYTES = 64 * 1024 * 1024;
const SUDDEN_FILES = 10_000;
/** Sessions counted at once, by the same programs. */
const AT_ONCE = 8;
/** How long a program is watched to know whether it writes. */
const WRITES_MS = 300;
/** Counts over the limit and still growing, after which everything of the session is ended. */
const PATIENCE = 3;

export interface QuotaParts {
  /** On the file system that holds the sessions. */
  folder: string;
  sessions: () => readonly SessionPlace[];
  /** Whether /tmp of the sessions is held to its size by itself. */
  hasOwnTemporary: boolean;
  /** `undefined` while there is nobody to count. */
  measure: (session: string, folders: readonly string[]) => Promise<Measured | "too many" | undefined>;
  processes: (session: string) => readonly number[];
  /** Tells the learner, in the session's terminals. */
  tell: (session: string, text: string) => void;
  report: (line: string) => void;
}

interface Use extends FolderUse {
  /** What of it is held to limits: recordings grow by all that is said to the learner. */
  held: FolderUse;
  /** Counts in a row that were over the limit and larger than the one before. */
  growths: number;
  isOver: boolean;
}

const NOTHING: Readonly<FolderUse> = { bytes: 0, files: 0 };
const NOT_COUNTED: Readonly<Use> = { ...NOTHING, held: NOTHING, growths: 0, isOver: false };

/**
 * Holds homes, and /tmp where it has no size of its own, to their limits: what is over is said in the session's terminals and what
 * writes there is ended. Other sessions and the platform go on.
 */
export class DiskQuota {
  readonly #parts: QuotaParts;
  readonly #use = new Map<string, Use>();
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(parts: QuotaParts) {
    this.#parts = parts;
    this.#done = this.#watch();
  }

  /** The sessions that take most as of the last count, largest first; ten at most. */
  get largest(): SessionUse[] {
    const live = new Set(this.#parts.sessions().map(({ name }) => name));
    const uses = [...this.#use].filter(([session]) => live.has(session));
    return largestOf(uses.map(([session, { bytes }]) => ({ session, bytes })));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#countAndWait(signal);
      } catch (error) {
        this.#parts.report(`counting files: ${String(error)}`);
        await wait(COUNT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #countAndWait(signal: AbortSignal): Promise<void> {
    const before = await this.#free();
    await this.#countAll();
    const isOver = [...this.#use.values()].some((use) => use.isOver);
    const until = performance.now() + (isOver ? LOOK_MS : COUNT_MS);
    while (!signal.aborted && performance.now() < until) {
      await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
      const now = await this.#free();
      if (before.bytes - now.bytes > SUDDEN_BYTES || before.files - now.files > SUDDEN_FILES) return;
    }
  }

  async #free(): Promise<FolderUse> {
    const { bavail, bsize, ffree } = await statfs(this.#parts.folder);
    return { bytes: bavail * bsize, files: ffree };
  }

  async #countAll(): Promise<void> {
    const sessions = [...this.#parts.sessions()];
    const names = new Set(sessions.map(({ name }) => name));
    for (const name of this.#use.keys()) if (!names.has(name)) this.#use.delete(name);
    const next = async (): Promise<void> => {
      for (let session = sessions.pop(); session; session = sessions.pop()) await this.#count(session);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  async #count({ name, home, temporaryFolder, recordings, limits }: SessionPlace): Promise<void> {
    const { hasOwnTemporary, measure } = this.#parts;
    const measured = await measure(name, [home, recordings, ...(hasOwnTemporary ? [] : [temporaryFolder])]);
    // That nobody counts is nothing a session did.
    if (this.#stop.signal.aborted || measured === undefined) return;
    const before = this.#use.get(name) ?? NOT_COUNTED;
    const uses =
      measured === "too many"
        ? [{ bytes: before.held.bytes, files: Number.POSITIVE_INFINITY }]
        : withRemoved(measured);
    const held = heldOf(uses);
    const over = overLimits(uses, limits);
    const hasGrown = !before.isOver || held.bytes > before.held.bytes || held.files > before.held.files;
    const growths = over !== undefined && hasGrown ? before.growths + 1 : 0;
    this.#use.set(name, { ...uses.reduce(sum), held, growths, isOver: over !== undefined });
    // Files that have no name cannot be removed: their room comes back with the end of those who hold them.
    const isHeld = measured !== "too many" && measured.removedBytes > limits.homeBytes;
    if (over !== undefined && hasGrown) await this.#end(name, over, isHeld || growths > PATIENCE);
  }

  /** Ends what writes; of a session that goes on growing all the same, everything. */
  async #end(session: string, over: string, everything: boolean): Promise<void> {
    const before = new Map(this.#parts.processes(session).map((pid) => [pid, writtenBy(pid)]));
    await wait(WRITES_MS);
    const writers = this.#parts
      .processes(session)
      .filter((pid) => everything || writtenBy(pid) > (before.get(pid) ?? 0));
    const names = [...new Set(writers.map(nameOf))].filter((name) => name !== "").join(", ");
    for (const pid of writers) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself, which is what was wanted.
      }
    }
    const ended = names === "" ? "" : ` Ended, because it was writing: ${names}.`;
    this.#parts.tell(session, `${over}${ended} Remove files to go on.`);
    this.#parts.report(`session ${session}: ${over}${ended}`);
  }
}

/** Removed files count with the home, which is the first of the folders. */
function withRemoved({ uses: [home = NOTHING, ...others], removedBytes }: Measured): FolderUse[] {
  return [sum(home, { bytes: removedBytes, files: 0 }), ...others];
}

function heldOf([home = NOTHING, , temporary = NOTHING]: readonly FolderUse[]): FolderUse {
  return sum(home, temporary);
}

function sum(one: FolderUse, other: FolderUse): FolderUse {
  return { bytes: one.bytes + other.bytes, files: one.files + other.files };
}

function overLimits([home, , temporary]: readonly FolderUse[], limits: SessionLimits): string | undefined {
  return (
    overText("Your home", home, { bytes: limits.homeBytes, files: limits.homeFiles }) ??
    overText("/tmp", temporary, { bytes: limits.temporaryBytes, files: limits.temporaryFiles })
  );
}

function overText(what: string, use: FolderUse | undefined, { bytes, files }: FolderUse): string | undefined {
  if (!use) return undefined;
  if (use.bytes > bytes) return `${what} takes ${sizeOf(use.bytes)}, ${sizeOf(bytes)} are allowed.`;
  if (use.files <= files) return undefined;
  const count = Number.isFinite(use.files) ? `has ${use.files} files` : "has more files than can be counted";
  return `${what} ${count}, ${files} are allowed.`;
}

/** Bytes a process has had written to disks (proc(5): io); 0 where it is gone or cannot be asked. */
function writtenBy(pid: number): number {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { withFileLock } from "./file-lock.js";
import { runProgram } from "./run-program.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";

const BUILD_DEADLINE_MS = 20 * 60_000;
const PROGRESS_EVERY_MS = 15_000;

/** Programs that are built together and kept under one name. */
export interface GoPrograms {
  /** Folder of the user's cache that keeps them. */
  cache: string;
  /** Holds one folder for each Go module. */
  modulesFolder: string;
  flags: readonly string[];
  programs: readonly GoProgram[];
}

export interface GoProgram {
  name: string;
  /** Folder of the Go module inside `modulesFolder`. */
  module: string;
  /** Package of the program, as `go build` takes it. */
  main: string;
}

export interface BuildOptions {
  signal?: AbortSignal;
  /** Receives one line of text at a time while a build is under way; standard error by default. */
  progress?: (line: string) => void;
}

/** A folder of the user's cache, where what is built once is kept for every checkout. */
export function cacheFolder(name: string): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "lectern", name);
}

/**
 * The folder with the built programs, building them first where the cache has none (minutes; the module downloads
 * need the network). Concurrent callers wait for one another; a half-finished build is never seen.
 */
export async function builtPrograms(set: GoPrograms, options: BuildOptions = {}): Promise<string> {
  const cache = cacheFolder(set.cache);
  const folder = join(cache, sourcesHash(set));
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const progress = options.progress ?? ((line) => process.stderr.write(`${line}\n`));
  await withDeadline(BUILD_DEADLINE_MS, options.signal, (signal) =>
    withFileLock(`${folder}.lock`, { signal, waiting: (holder) => progress(`waiting for ${holder}`) }, () =>
      existsSync(folder) ? Promise.resolve() : build(set, folder, { signal, progress }),
    ),
  );
  return folder;
}

function sourcesHash({ modulesFolder, flags, programs }: GoPrograms): string {
  const hash = createHash("sha256").update(JSON.stringify({ flags, programs }));
  const modules = new Set(programs.map(({ module }) => join(modulesFolder, module)));
  const files = [...modules]
    .flatMap((module) => readdirSync(module, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.go$|^go\.(mod|sum)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(relative(modulesFolder, file)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

async function build(set: GoPrograms, folder: string, options: Required<BuildOptions>): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  // A build that is ended leaves what it has compiled; beside its programs, and not in the temporary folder, it goes with them.
  const scratch = `${folder}.scratch`;
  clear(unfinished, scratch);
  for (const made of [unfinished, scratch]) mkdirSync(made);
  try {
    for (const [index, program] of set.programs.entries()) {
      const position = `(${index + 1} of ${set.programs.length})`;
      await reportingTime(`building ${program.name} ${position}`, options.progress, () =>
        buildProgram(set, program, { folder: unfinished, scratch, signal: options.signal }),
      );
    }
    renameSync(unfinished, folder);
  } finally {
    clear(unfinished, scratch);
  }
}

/** A compiler that was ended may still write for a moment. */
function clear(...folders: string[]): void {
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

async function buildProgram(
  { modulesFolder, flags }: GoPrograms,
  { name, module, main }: GoProgram,
  { folder, scratch, signal }: { folder: string; scratch: string; signal: AbortSignal },
): Promise<void> {
  await runProgram("go", ["build", ...flags, "-o", join(folder, name), main], {
    cwd: join(modulesFolder, module),
    env: { ...process.env, CGO_ENABLED: "0", GOTMPDIR: scratch },
    signal,
  });
}

async function reportingTime(
  what: string,
  progress: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const start = Date.now();
  const report = () => progress(`${what}: ${Math.round((Date.now() - start) / 1000)} s`);
  report();
  const timer = setInterval(report, PROGRESS_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

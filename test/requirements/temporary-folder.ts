import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startTimeOf } from "../../processes/node/process-stat.js";

/** Folder in the temporary one for programs of the run's own; it goes with the run. */
const PROGRAMS = "programs";

/** What Chromium, not a test, leaves where it is ended while it starts. */
const CHROMIUM = /^\.?org\.chromium\./;

/** Of a run's folder: by which process it goes, and what else of it lies beside the folder. */
const OWNER = ".run.json";
const OF_A_RUN = /^lectern-[A-Za-z0-9]{6}$/;

interface Owner {
  pid: number;
  /** The number of a process is given out again after its end. */
  start: string;
  /** Containers may share the folder, and not the numbers. */
  namespace: string;
  beside: string[];
}

/** Where the run may put programs that learners' accounts must reach. */
export function programsFolder(): string {
  const folder = join(tmpdir(), PROGRAMS);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/**
 * Gives this run and every process it starts a temporary folder of their own, which learners' accounts may enter. The returned
 * function removes it, and throws with the names of what was left in it: tests and the product clean up after themselves. What a run
 * that was killed has left, and `beside` of it, is removed by the next.
 */
export function useOwnTemporaryFolder(beside: readonly string[] = []): () => void {
  const around = process.env["TMPDIR"];
  removeLeftRuns(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), "lectern-"));
  // Where nothing tells which process this is, nobody can tell that it is gone.
  const start = startTimeOf(process.pid);
  if (start !== undefined) {
    const owner: Owner = { pid: process.pid, start, namespace: processNamespace(), beside: [...beside] };
    writeFileSync(join(folder, OWNER), JSON.stringify(owner));
  }
  chmodSync(folder, 0o711);
  process.env["TMPDIR"] = folder;
  // What tsx compiles for the processes of a test would be left in it.
  process.env["TSX_DISABLE_CACHE"] = "1";
  const stopListening = removeWhenEnded([folder, ...beside]);
  return () => {
    stopListening();
    if (around === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = around;
    const ours = [PROGRAMS, OWNER];
    const left = readdirSync(folder).filter((name) => !ours.includes(name) && !CHROMIUM.test(name));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`The tests left ${left.length} things in the temporary folder: ${left.join(", ")}`);
  };
}

/** A run that is told to end, by a time limit for example, ends without its tests' own clearing up. */
function removeWhenEnded(folders: readonly string[]): () => void {
  const remove = (): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  const end = (signal: NodeJS.Signals): void => {
    remove();
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  process.on("exit", remove);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  return () => {
    process.off("exit", remove);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.off(signal, end);
  };
}

/**
 * Removes the folders of runs whose process is gone. One that says nothing of its process, or says it to another user or where
 * processes have other numbers, is somebody else's.
 */
export function removeLeftRuns(around: string): void {
  for (const name of readdirSync(around).filter((each) => OF_A_RUN.test(each))) {
    const owner = ownerOf(join(around, name));
    if (owner === undefined || startTimeOf(owner.pid) === owner.start) continue;
    const besides = owner.beside.filter((path) => dirname(path) === around && isOwn(path));
    for (const path of [...besides, join(around, name)]) removeLeft(path);
  }
}

/** What cannot be removed, such as files of a learner's account, keeps no later run from its start. */
function removeLeft(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`${path}, left by a test run, could not be removed: ${(error as Error).message}\n`);
  }
}

function ownerOf(folder: string): Owner | undefined {
  if (!isOwn(folder)) return undefined;
  try {
    const owner = JSON.parse(readFileSync(join(folder, OWNER), "utf8")) as Owner;
    return owner.namespace === processNamespace() ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Anybody may make a folder of that name in the temporary one, and have it name what is not theirs. */
function isOwn(path: string): boolean {
  return existsSync(path) && lstatSync(path).uid === process.getuid?.();
}

function processNamespace(): string {
  return readlinkSync("/proc/self/ns/pid");
}

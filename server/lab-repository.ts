import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { BrokenLab } from "../workshop/common/api.js";
import type { Lab } from "../workshop/common/lab.js";
import { type TakenNames, freeName } from "../workshop/common/page-name.js";
import { ServerError, serverErrorCodes } from "./errors.js";
import { brokenLab, isLab, labPathsAt, loadLabs } from "./labs.js";
import type { LoadLab, LoadedLabs } from "./labs.js";

/** The labs of this server, as their files are now. */
export interface LabRepository {
  /**
   * By name, and by `labKeyOf` for revisions that sessions have; changes in place when the labs are read again. One that breaks stays here as
   * it was last.
   */
  labs: ReadonlyMap<string, Lab>;
  /** Those whose files cannot be read as they are now. */
  broken(): readonly BrokenLab[];
  /** Paths of those that are still being read. */
  late(): readonly string[];
  /** Resolves when none of them is any more. */
  settled: () => Promise<void>;
  /**
   * Reads the labs again where a file of theirs has changed, unless that was looked at within so many milliseconds. Never rejects: a lab
   * that cannot be read stays as it was.
   */
  refresh: (withinMs?: number) => Promise<void>;
  /** Takes labs that come from elsewhere, in place of those it took before; a lab of the files goes before one of the same name. */
  include: (labs: ReadonlyMap<string, Lab>) => void;
}

/** What a reading of the labs found, for the next one to begin with. */
export interface LabsBefore extends Omit<LoadedLabs, "renamed"> {
  /** Of all files as they were then. */
  stamp: string;
}

/** Somebody who saves and reloads is never faster; many learners cost one look. */
const LOOK_INTERVAL_MS = 500;
/** Nobody waits longer than this for what an author has just saved; it is there when it is read. */
const WAIT_MS = 1_000;
/** Folders that are no part of a lab and hold many thousand files. */
const NOT_OURS = new Set(["node_modules", ".git"]);

/** Reads the labs at the paths for a repository to begin with. Throws what `openLabRepository` throws. */
export async function readLabs(
  paths: readonly string[],
  load: LoadLab,
): Promise<LabsBefore & Pick<LoadedLabs, "renamed">> {
  const stamp = await stampOfLabs(paths);
  const loaded = await loadLabs(paths, load);
  if (loaded.labs.length + loaded.late.length === 0) throw noneReadable(loaded.broken);
  return { stamp, ...loaded };
}

/**
 * Has the labs at the paths: those that were read before, from files that are still the same, or reads them now. What takes its time is
 * read afterwards. Throws what `loadLabs` throws, and SERVER_USAGE where not one of them can be read.
 */
export async function openLabRepository(
  paths: readonly string[],
  load: LoadLab,
  log: Pick<Logger, "info" | "warn">,
  before?: LabsBefore,
): Promise<LabRepository> {
  const isSame = before !== undefined && before.stamp === (await stampOfLabs(paths));
  const first = isSame ? before : await readLabs(paths, load);
  let { stamp, broken } = first;
  const labs = new Map(first.labs.map((lab) => [lab.name, lab]));
  let late: readonly string[] = [];
  tellBroken(first, log);
  const readLate = async (paths_: readonly string[]) => {
    late = paths_;
    const since = stamp;
    for (const path of paths_) {
      const [found] = await Promise.allSettled([load(path)]);
      // Whoever saw that a file has changed reads all of them again.
      if (stamp !== since) return;
      late = late.filter((other) => other !== path);
      if (found.status === "fulfilled") put(labs, found.value);
      else broken = [...broken, brokenLab(path, found.reason)];
      log.info({ path, labs: labs.size }, "a lab that takes its time was read");
    }
  };
  let reading = readLate(first.late);
  const look = async () => {
    const now = await stampOfLabs(paths);
    if (now === stamp) return;
    stamp = now;
    const loaded = await loadLabs(paths, load);
    tellBroken(loaded, log);
    broken = loaded.broken;
    replace(labs, loaded, included);
    reading = readLate(loaded.late);
    log.info({ labs: labs.size, broken: broken.length }, "labs read again");
  };
  let included: ReadonlyMap<string, Lab> = new Map();
  const include = (others: ReadonlyMap<string, Lab>) => {
    for (const [key, lab] of included) if (labs.get(key) === lab) labs.delete(key);
    included = others;
    addMissing(labs, included);
  };
  let lookedAt = performance.now();
  let isLooking = false;
  let looking = Promise.resolve();
  const refresh = (withinMs = LOOK_INTERVAL_MS) => {
    if (isLooking || performance.now() - lookedAt < withinMs) return looking;
    lookedAt = performance.now();
    isLooking = true;
    const looked = look()
      .catch((error: unknown) =>
        log.warn({ err: error }, "the labs have changed and cannot be read; they stay as they were"),
      )
      .finally(() => (isLooking = false));
    looking = Promise.race([looked, delay(WAIT_MS, undefined, { ref: false })]);
    return looking;
  };
  return { labs, broken: () => broken, late: () => late, settled: () => reading, refresh, include };
}

/** What new sessions can be made of: a revision that only sessions have is under another key than its name. */
export function offeredLabs(labs: ReadonlyMap<string, Lab>): Lab[] {
  return [...labs].flatMap(([key, lab]) => (key === lab.name ? [lab] : []));
}

function tellBroken(
  { broken, renamed = [] }: Pick<LoadedLabs, "broken"> & Partial<Pick<LoadedLabs, "renamed">>,
  log: Pick<Logger, "warn">,
): void {
  for (const { path, message } of [...broken, ...renamed]) log.warn({ path }, message);
}

/** Under its own name, or one behind it where another lab has that. */
function put(labs: Map<string, Lab>, lab: Lab): void {
  const others = [...labs.values()].filter(({ source }) => source.path !== lab.source.path);
  const taken: TakenNames = new Map();
  for (const { name } of others) freeName(name, taken);
  const name = freeName(lab.name, taken);
  labs.set(name, { ...lab, name });
}

/** A lab that cannot be read just now stays: sessions of it go on. */
function replace(labs: Map<string, Lab>, loaded: LoadedLabs, included: ReadonlyMap<string, Lab>): void {
  const before = [...labs.values()];
  labs.clear();
  for (const lab of loaded.labs) labs.set(lab.name, lab);
  for (const path of [...loaded.late, ...loaded.broken.map((lab) => lab.path)]) {
    const kept = before.find(({ source }) => source.path === path);
    if (kept !== undefined && !labs.has(kept.name)) labs.set(kept.name, kept);
  }
  addMissing(labs, included);
}

function addMissing(labs: Map<string, Lab>, others: ReadonlyMap<string, Lab>): void {
  for (const [key, lab] of others) if (!labs.has(key)) labs.set(key, lab);
}

function noneReadable(broken: readonly BrokenLab[]): ServerError {
  const reasons = broken.map(({ message }) => message).join("\n");
  return new ServerError(serverErrorCodes.usage, `None of the labs can be read:\n${reasons}`);
}

/** Changes whenever a file of a lab, or the list of labs, does. */
export async function stampOfLabs(paths: readonly string[]): Promise<string> {
  const labs = (await Promise.all(paths.map(labPathsAt))).flat();
  const files = (await Promise.all([...labs.map(filesOf), includableBeside(labs)])).flat();
  const stamps = await Promise.all([...new Set(files)].map(stampOfFile));
  return createHash("sha256").update(stamps.join("\n")).digest("hex");
}

async function filesOf(lab: string): Promise<string[]> {
  if (!(await isLab(lab))) return [lab, lab.replace(/\.(?:md|adoc)$/, ".checks.yaml")];
  return filesInside(lab);
}

/** What pages of AsciiDoc that are labs by themselves may include. */
async function includableBeside(labs: readonly string[]): Promise<string[]> {
  const folders = new Set(labs.filter((lab) => lab.endsWith(".adoc")).map((lab) => dirname(lab)));
  const found = [...folders].map(async (folder) => {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => name.endsWith(".adoc")).map((name) => join(folder, name));
  });
  return (await Promise.all(found)).flat();
}

async function filesInside(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const ours = entries.filter(({ name }) => !NOT_OURS.has(name));
  const files = ours.filter((entry) => !entry.isDirectory()).map(({ name }) => join(folder, name));
  const folders = ours.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  return [...files, ...(await Promise.all(folders.map(filesInside))).flat()];
}

async function stampOfFile(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return `${file} ${String(found?.mtimeMs)} ${String(found?.size)}`;
}

import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { BrokenLab } from "../workshop/common/api.js";
import type { Lab } from "../workshop/common/lab.js";
import { ServerError, serverErrorCodes } from "./errors.js";
import { isLab, labPathsAt, loadLabs } from "./labs.js";
import type { LoadLab, LoadedLabs } from "./labs.js";

/** The labs of this server, as their files are now. */
export interface LabRepository {
  /** By name; changes in place when the labs are read again. One that breaks stays here as it was last. */
  labs: ReadonlyMap<string, Lab>;
  /** Those whose files cannot be read as they are now. */
  broken(): readonly BrokenLab[];
  /** Reads the labs again where a file of theirs has changed. Never rejects: a lab that cannot be read stays as it was. */
  refresh: () => Promise<void>;
}

/** What a reading of the labs found, for the next one to begin with. */
export interface LabsBefore {
  /** Of all files as they were then. */
  stamp: string;
  /** Those that could not be read; to find that out can take the longest. */
  broken: readonly BrokenLab[];
}

/** Somebody who saves and reloads is never faster; many learners cost one look. */
const LOOK_INTERVAL_MS = 500;
/** Folders that are no part of a lab and hold many thousand files. */
const NOT_OURS = new Set(["node_modules", ".git"]);

/** Reads the labs at the paths without keeping them. Throws what `openLabRepository` throws. */
export async function lookThroughLabs(
  paths: readonly string[],
  load: LoadLab,
): Promise<LabsBefore & Pick<LoadedLabs, "renamed">> {
  const stamp = await stampOf(paths);
  const { labs, broken, renamed } = await loadLabs(paths, load);
  if (labs.length === 0) throw noneReadable(broken);
  return { stamp, broken, renamed };
}

/**
 * Reads the labs at the paths; what could not be read before, from files that are still the same, is not tried again. Throws what `loadLabs`
 * throws, and SERVER_USAGE where not one of them can be read.
 */
export async function openLabRepository(
  paths: readonly string[],
  load: LoadLab,
  log: Pick<Logger, "info" | "warn">,
  before?: LabsBefore,
): Promise<LabRepository> {
  let stamp = await stampOf(paths);
  const known = before?.stamp === stamp ? before.broken : [];
  let { labs: first, broken } = await readAll(paths, exceptFor(known, load), log);
  if (first.length === 0) throw noneReadable(broken);
  const labs = new Map(first.map((lab) => [lab.name, lab]));
  const look = async () => {
    const now = await stampOf(paths);
    if (now === stamp) return;
    stamp = now;
    const loaded = await readAll(paths, load, log);
    broken = loaded.broken;
    replace(labs, loaded);
    log.info({ labs: labs.size, broken: broken.length }, "labs read again");
  };
  let lookedAt = Date.now();
  let isLooking = false;
  let looking = Promise.resolve();
  const refresh = () => {
    if (isLooking || Date.now() - lookedAt < LOOK_INTERVAL_MS) return looking;
    lookedAt = Date.now();
    isLooking = true;
    looking = look()
      .catch((error: unknown) =>
        log.warn({ err: error }, "the labs have changed and cannot be read; they stay as they were"),
      )
      .finally(() => (isLooking = false));
    return looking;
  };
  return { labs, broken: () => broken, refresh };
}

/** Refuses the broken labs with what was said of them. */
function exceptFor(broken: readonly BrokenLab[], load: LoadLab): LoadLab {
  const messages = new Map(broken.map(({ path, message }) => [path, message]));
  return async (path) => {
    const message = messages.get(path);
    if (message !== undefined) throw new Error(message);
    return load(path);
  };
}

async function readAll(
  paths: readonly string[],
  load: LoadLab,
  log: Pick<Logger, "warn">,
): Promise<LoadedLabs> {
  const loaded = await loadLabs(paths, load);
  for (const { path, message } of [...loaded.broken, ...loaded.renamed]) log.warn({ path }, message);
  return loaded;
}

/** A lab that cannot be read just now stays: sessions of it go on. */
function replace(labs: Map<string, Lab>, loaded: LoadedLabs): void {
  const before = [...labs.values()];
  labs.clear();
  for (const lab of loaded.labs) labs.set(lab.name, lab);
  for (const { path } of loaded.broken) {
    const kept = before.find(({ source }) => source.path === path);
    if (kept !== undefined && !labs.has(kept.name)) labs.set(kept.name, kept);
  }
}

function noneReadable(broken: readonly BrokenLab[]): ServerError {
  const reasons = broken.map(({ message }) => message).join("\n");
  return new ServerError(serverErrorCodes.usage, `None of the labs can be read:\n${reasons}`);
}

/** Changes whenever a file of a lab, or the list of labs, does. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const labs = (await Promise.all(paths.map(labPathsAt))).flat();
  const files = (await Promise.all(labs.map(filesOf))).flat();
  const stamps = await Promise.all(files.map(stampOfFile));
  return createHash("sha256").update(stamps.join("\n")).digest("hex");
}

async function filesOf(lab: string): Promise<string[]> {
  if (!(await isLab(lab))) return [lab, lab.replace(/\.md$/, ".checks.yaml")];
  return filesInside(lab);
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

import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import type { VolumeFile, VolumeSpec } from "../../cluster/containers/container-runtime.js";

/** The link that leads to the files as they are now; a kubelet's volumes have the same. */
const DATA = "..data";

/** Makes the folder of a volume, its files with it. Throws what the files cannot be, and where the pod's disk has no room for them. */
export function makeVolume(folder: string, { name, files }: VolumeSpec, uid: number): void {
  mkdirSync(folder);
  chmodSync(folder, files === undefined ? 0o777 : 0o755);
  chownSync(folder, uid, uid);
  if (files === undefined) return;
  try {
    putFiles(folder, files, { uid, kept: new Set() });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    const count = `${String(files.length)} files (each takes two)`;
    throw new Error(`the pod's disk has no room for the ${count} of the volume ${JSON.stringify(name)}`, {
      cause: error,
    });
  }
}

/**
 * Puts the files in the place of those that the volume had, all in one step: they stand in a folder of their own, to which one link leads.
 * Nothing happens where they are the same. Those before go, unless their folder is one of `kept`. A container sees the volume read-only, and so has no part in what paths here lead to.
 */
export function putFiles(
  folder: string,
  files: readonly VolumeFile[],
  { uid, kept }: { uid: number; kept: ReadonlySet<string> },
): void {
  const before = currentOf(folder);
  if (before !== undefined && isSame(join(folder, before), files)) return;
  const name = freshName();
  writeAll(join(folder, name), files, uid);
  const link = join(folder, "..data_tmp");
  rmSync(link, { force: true });
  symlinkSync(name, link);
  renameSync(link, join(folder, DATA));
  linkNames(folder, new Set(files.map(({ path }) => firstOf(path))));
  if (before === undefined || kept.has(join(folder, before))) return;
  rmSync(join(folder, before), { recursive: true, force: true });
}

/** Of the files of the volume as they are now, which stay the same as long as it is kept. */
export function currentFolder(folder: string): string {
  return join(folder, currentOf(folder) ?? "");
}

function currentOf(folder: string): string | undefined {
  try {
    return readlinkSync(join(folder, DATA));
  } catch {
    return undefined;
  }
}

/** As a kubelet calls it, by the time. */
function freshName(): string {
  const [day = "", time = ""] = new Date().toISOString().replace("Z", "").split("T");
  const fraction = String(process.hrtime.bigint() % 1_000_000n).padStart(6, "0");
  return `..${day.replaceAll("-", "_")}_${time.replaceAll(":", "_")}${fraction}`;
}

function writeAll(folder: string, files: readonly VolumeFile[], uid: number): void {
  try {
    makeFolder(folder, uid);
    for (const { path, content, mode } of files) {
      const file = join(folder, normalize(`/${path}`));
      makeFolders(dirname(file), folder, uid);
      writeFileSync(file, content);
      chmodSync(file, mode & 0o777);
      chownSync(file, uid, uid);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function makeFolders(folder: string, top: string, uid: number): void {
  if (folder.length <= top.length) return;
  makeFolders(dirname(folder), top, uid);
  makeFolder(folder, uid);
}

function makeFolder(folder: string, uid: number): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  chownSync(folder, uid, uid);
}

/** The names that containers look for lead through the one link. A folder that a container asked for by `subPath` stays in the place of one, as on a node. */
function linkNames(folder: string, names: ReadonlySet<string>): void {
  const present = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith(".."));
  const taken = new Set(present.map(({ name }) => name));
  for (const name of names) if (!taken.has(name)) symlinkSync(join(DATA, name), join(folder, name));
  for (const each of present)
    if (each.isSymbolicLink() && !names.has(each.name)) rmSync(join(folder, each.name));
}

function firstOf(path: string): string {
  const first = normalize(`/${path}`).split(sep)[1] ?? "";
  if (first === "" || first.startsWith("..")) throw new Error(`a volume has no file ${JSON.stringify(path)}`);
  return first;
}

function isSame(folder: string, files: readonly VolumeFile[]): boolean {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  if (found.length !== new Set(files.map(({ path }) => normalize(`/${path}`))).size) return false;
  return files.every(({ path, content, mode }) => {
    const file = join(folder, normalize(`/${path}`));
    try {
      return (statSync(file).mode & 0o777) === (mode & 0o777) && readFileSync(file).equals(content);
    } catch {
      return false;
    }
  });
}

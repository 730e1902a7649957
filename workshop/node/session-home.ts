import { constants } from "node:fs";
import {
  type FileHandle,
  chmod,
  cp,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";

/** Accounts of learners begin here: above what distributions give to people, below what containers map. */
const FIRST_UID = 20_000;
const UID_COUNT = 20_000;

/** Where the learner's shells begin. */
export function homeOf(homesFolder: string, session: string): string {
  return join(homesFolder, session);
}

/** Makes the home with the lab's files, closed to every other account. */
export async function makeHome(homesFolder: string, session: SessionResource, lab: Lab): Promise<string> {
  const home = homeOf(homesFolder, session.metadata.name);
  await makeHomesFolder(homesFolder);
  // Learners' accounts must pass through to their own home, and may not list the others.
  await chmod(homesFolder, 0o711);
  await mkdir(join(home, ".kube"), { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  if (lab.source.homeFiles) await cp(lab.source.homeFiles, home, { recursive: true, verbatimSymlinks: true });
  if (session.spec.uid !== undefined) await handOver(home, session.spec.uid);
  return home;
}

/** Whether something stands in the place of the session's home. */
export async function hasHome(homesFolder: string, session: string): Promise<boolean> {
  return (await lstat(homeOf(homesFolder, session)).catch(() => undefined)) !== undefined;
}

/** Puts the kubeconfig where labs expect it, at once and never half-written. */
export async function writeKubeconfig(
  home: string,
  kubeconfig: string,
  uid: number | undefined,
): Promise<void> {
  if (uid === undefined) return replaceFile(join(home, ".kube"), kubeconfig, undefined);
  // The learner may have put a link in the place of the folder: root must not write through it.
  const folder = await openRealFolder(join(home, ".kube"), uid);
  try {
    await replaceFile(`/proc/self/fd/${folder.fd}`, kubeconfig, uid);
  } finally {
    await folder.close();
  }
}

/** Homes in the folder that belong to none of the sessions; none where the folder is not Lectern's own. */
export async function orphanHomes(homesFolder: string, sessions: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(homesFolder, { withFileTypes: true }).catch(() => []);
  if (!entries.some(({ name }) => name === MARKER)) return [];
  return entries.filter((entry) => entry.isDirectory() && !sessions.has(entry.name)).map(({ name }) => name);
}

export async function removeHome(homesFolder: string, session: string): Promise<void> {
  await rm(homeOf(homesFolder, session), { recursive: true, force: true });
}

/** A free account for the session, found from its name so that two servers seldom meet; undefined where the process cannot switch accounts. */
export function freeUid(session: string, taken: ReadonlySet<number>): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  let uid = FIRST_UID + (hashOf(session) % UID_COUNT);
  for (let tried = 0; tried < UID_COUNT && taken.has(uid); tried++)
    uid = uid + 1 < FIRST_UID + UID_COUNT ? uid + 1 : FIRST_UID;
  return uid;
}

/** Tells a folder made for homes of sessions from one that holds the homes of people. */
const MARKER = ".lectern-homes";

async function makeHomesFolder(folder: string): Promise<void> {
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  if (isNew) await writeFile(join(folder, MARKER), "");
}

async function openRealFolder(folder: string, uid: number): Promise<FileHandle> {
  const found = await lstat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    await rm(folder, { force: true });
    await mkdir(folder, { mode: 0o700 });
    await lchown(folder, uid, uid);
  }
  return open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

async function replaceFile(folder: string, text: string, uid: number | undefined): Promise<void> {
  const file = join(folder, "config");
  await rm(`${file}.new`, { force: true });
  const written = await open(
    `${file}.new`,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await written.writeFile(text);
    if (uid !== undefined) await written.chown(uid, uid);
  } finally {
    await written.close();
  }
  await rename(`${file}.new`, file);
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}

async function handOver(folder: string, uid: number): Promise<void> {
  await lchown(folder, uid, uid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await handOver(path, uid);
    else await lchown(path, uid, uid);
  }
}

import { chmod, chown, cp, lchown, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
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
  await mkdir(homesFolder, { recursive: true });
  // Learners' accounts must pass through to their own home, and may not list the others.
  await chmod(homesFolder, 0o711);
  await mkdir(join(home, ".kube"), { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  if (lab.source.homeFiles) await cp(lab.source.homeFiles, home, { recursive: true, verbatimSymlinks: true });
  if (session.spec.uid !== undefined) await handOver(home, session.spec.uid);
  return home;
}

/** Puts the kubeconfig where labs expect it, at once and never half-written. */
export async function writeKubeconfig(
  home: string,
  kubeconfig: string,
  uid: number | undefined,
): Promise<void> {
  const file = join(home, ".kube/config");
  await writeFile(`${file}.new`, kubeconfig, { mode: 0o600 });
  if (uid !== undefined) await chown(`${file}.new`, uid, uid);
  await rename(`${file}.new`, file);
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

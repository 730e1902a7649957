import { randomUUID } from "node:crypto";
import { chown, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { whyNotWritten } from "./lab-folder.js";
import { pathFromHere } from "./unreadable-file.js";

/** Bits of a mode that let somebody write. */
export const ANYBODY_WRITES = 0o222;

/** Of 255, which is what file systems take. */
const MAX_NAME_BYTES = 200;

/** A file beside the one that it is to take the place of. */
export interface Replacement {
  /** The file that it takes the place of, links resolved. */
  path: string;
  /** What is written until then. */
  beside: string;
}

/**
 * Writes beside a file of an author what is to take its place, with the owner and the mode that the file has, whoever runs this: root
 * must leave nobody a page of theirs that they cannot save any more. Leaves nothing where it fails, and throws what the system throws.
 */
export async function writeBeside(file: string, text: string): Promise<Replacement> {
  // What is a link elsewhere stays one.
  const path = await realpath(file);
  const { uid, gid, mode } = await stat(path);
  const beside = join(dirname(path), `.${shortName(path)}.${String(process.pid)}.lectern`);
  const written = await open(beside, "wx", 0o600);
  try {
    await written.writeFile(text);
    const own = await written.stat();
    if (own.uid !== uid || own.gid !== gid) await written.chown(uid, gid).catch(unlessNotAllowed);
    // After the owner: a change of that takes bits of the mode away.
    await written.chmod(mode & 0o7777);
    await written.sync();
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await written.close();
  }
  return { path, beside };
}

/** Its name, or another where that with something more would be longer than a file's name may be. */
function shortName(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? randomUUID() : name;
}

/** Puts it in place at once: whoever reads the file has the whole of the old or of the new text. */
export async function putInPlace({ path, beside }: Replacement): Promise<void> {
  await rename(beside, path);
}

/** All of the text, or the file as it was: it may be the only copy that its author has. Throws LAB_NOT_WRITTEN where it cannot be written. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await requireWritable(file);
  let replacement: Replacement | undefined;
  try {
    replacement = await writeBeside(file, text);
    await putInPlace(replacement);
  } catch (error) {
    if (replacement) await rm(replacement.beside, { force: true });
    throw unchanged(file, `${whyNotWritten(error)}; it is written anew in its own folder`, error);
  }
}

/** Throws LAB_NOT_WRITTEN where nobody is to write the file. */
export async function requireWritable(file: string): Promise<void> {
  // Root may write everything, and a folder lets others take its place; the author has said that nobody should.
  if (((await stat(file)).mode & ANYBODY_WRITES) === 0)
    throw unchanged(file, "it is read-only; make it writable");
}

function unchanged(file: string, why: string, cause?: unknown): WorkshopError {
  const message = `The file ${pathFromHere(file)} was not changed: ${why}`;
  return new WorkshopError(WORKSHOP_ERRORS.labNotWritten, message, { cause });
}

/** Gives what was made for an author, beside files of theirs, to who has those. */
export async function giveToOwnerOf(like: string, path: string): Promise<void> {
  const { uid, gid } = await stat(like);
  const own = await stat(path);
  if (own.uid !== uid || own.gid !== gid) await chown(path, uid, gid).catch(unlessNotAllowed);
}

/** Who is not root gives nothing away: a page of somebody else in a folder of one's own becomes one's own, as with an editor. */
function unlessNotAllowed(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
}

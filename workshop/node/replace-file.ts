import { chown, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { pathFromHere } from "./unreadable-file.js";

/** Bits of a mode that let somebody write. */
export const ANYBODY_WRITES = 0o222;

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
  const beside = join(dirname(path), `.${basename(path)}.${String(process.pid)}.lectern`);
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

/** Puts it in place at once: whoever reads the file has the whole of the old or of the new text. */
export async function putInPlace({ path, beside }: Replacement): Promise<void> {
  await rename(beside, path);
}

/** All of the text, or the file as it was: it may be the only copy that its author has. Throws LAB_NOT_WRITTEN where nobody is to write it. */
export async function replaceFile(file: string, text: string): Promise<void> {
  // Root may write everything, and a folder lets others take its place; the author has said that nobody should.
  if (((await stat(file)).mode & ANYBODY_WRITES) === 0)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labNotWritten,
      `The file ${pathFromHere(file)} was not changed: it is read-only; make it writable`,
    );
  const replacement = await writeBeside(file, text);
  try {
    await putInPlace(replacement);
  } catch (error) {
    await rm(replacement.beside, { force: true });
    throw error;
  }
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

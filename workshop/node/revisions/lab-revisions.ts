import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Revisions of labs on the disk: each is written once, and never changed while a session has it. */
export class LabRevisions {
  readonly #folder: string;
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The folder of that revision, written by `write` where it is not there yet; a half-written one is never seen. Rejects with what `write`
   * throws.
   */
  async folderOf(lab: string, revision: string, write: (folder: string) => Promise<void>): Promise<string> {
    const found = await this.find(lab, revision);
    if (found !== undefined) return found;
    const key = `${lab}@${revision}`;
    const running = this.#underWay.get(key) ?? this.#make(lab, revision, write);
    this.#underWay.set(key, running);
    return running.finally(() => this.#underWay.delete(key));
  }

  /** The folder of that revision, where it is there. */
  async find(lab: string, revision: string): Promise<string | undefined> {
    const path = this.#pathOf(lab, revision);
    return (await stat(path).catch(() => undefined)) === undefined ? undefined : path;
  }

  /** Removes the revisions of the lab that are not among these. */
  async keep(lab: string, revisions: ReadonlySet<string>): Promise<void> {
    const there = await readdir(join(this.#folder, lab)).catch(() => []);
    for (const revision of there.filter((name) => !revisions.has(name) && !name.startsWith(".")))
      await rm(join(this.#folder, lab, revision), { recursive: true, force: true });
  }

  async #make(lab: string, revision: string, write: (folder: string) => Promise<void>): Promise<string> {
    const labFolder = join(this.#folder, lab);
    await mkdir(labFolder, { recursive: true });
    const unfinished = await mkdtemp(join(labFolder, ".new-"));
    try {
      const content = join(unfinished, lab);
      await mkdir(content);
      await write(content);
      await rename(unfinished, join(labFolder, revision));
      return this.#pathOf(lab, revision);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  }

  /** A lab that says no name of its own is called as its folder. */
  #pathOf(lab: string, revision: string): string {
    return join(this.#folder, lab, revision, lab);
  }
}

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
} from "node:fs";
import { isAbsolute } from "node:path";

/** From fcntl.h, the same on x86_64 and arm64; Node has no name for it. */
const O_PATH = 0o10000000;
/** Links that a path may lead through, as the kernel has it. */
const MOST_LINKS = 40;

/** What of a path in a volume cannot be had: it could not be made, or what is there is not to be used. */
export class SubPathRefused extends Error {
  readonly step: "create" | "prepare";

  constructor(step: "create" | "prepare") {
    super(`the path could not be ${step === "create" ? "made" : "opened"}`);
    this.step = step;
  }
}

/**
 * Opens a file or folder below a folder that containers write to while this happens, and makes it, as a folder, where there is nothing.
 * Every step is taken from a folder that is open, so that nothing put in its way leads out of the first one: links are followed as far as
 * they stay inside. Answers with a descriptor of what may only be mounted. Throws `SubPathRefused`.
 */
export function openSubPath(
  folder: string,
  path: string,
  { uid, mode }: { uid: number; mode: number },
): number {
  const walk = new Walk(folder);
  try {
    walk.along(namesOf(path), { uid, mode });
    return walk.take();
  } catch (error) {
    if (error instanceof SubPathRefused) throw error;
    throw new SubPathRefused("prepare");
  } finally {
    walk.close();
  }
}

/** Where one is below a folder, with everything above it open. */
class Walk {
  readonly #open: number[];
  #links = 0;

  constructor(folder: string) {
    this.#open = [openSync(folder, O_PATH | constants.O_DIRECTORY)];
  }

  along(names: readonly string[], owner: { uid: number; mode: number }): void {
    const left = names.toReversed();
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (name === "..") this.#leave();
      else {
        const entry = this.#entry(name);
        if (entry === undefined) return this.#make([name, ...left.toReversed()], owner);
        if (fstatSync(entry).isSymbolicLink()) {
          closeSync(entry);
          left.push(...this.#target(name).toReversed());
        } else this.#open.push(entry);
      }
    }
  }

  /** Of what was come to; whoever takes it closes it. */
  take(): number {
    const last = this.#open.pop();
    if (last === undefined) throw new SubPathRefused("prepare");
    return last;
  }

  close(): void {
    for (const descriptor of this.#open.splice(0)) closeSync(descriptor);
  }

  /** The path of something in the folder that was come to last, whatever that folder is called meanwhile. */
  #at(name: string): string {
    return `/proc/self/fd/${String(this.#open.at(-1))}/${name}`;
  }

  #leave(): void {
    if (this.#open.length < 2) throw new SubPathRefused("prepare");
    closeSync(this.take());
  }

  #entry(name: string): number | undefined {
    try {
      return openSync(this.#at(name), O_PATH | constants.O_NOFOLLOW);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #target(link: string): string[] {
    this.#links += 1;
    const target = readlinkSync(this.#at(link));
    if (isAbsolute(target) || this.#links > MOST_LINKS) throw new SubPathRefused("prepare");
    return namesOf(target);
  }

  /** As a kubelet does: where a link led to what is not there, nothing is made. Only the last folder is for everybody whom the volume is for. */
  #make(names: readonly string[], { uid, mode }: { uid: number; mode: number }): void {
    if (this.#links > 0 || names.includes("..")) throw new SubPathRefused("create");
    try {
      for (const name of names) {
        mkdirSync(this.#at(name), { mode: 0o755 });
        const made = openSync(this.#at(name), O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
        this.#open.push(made);
        chownSync(`/proc/self/fd/${String(made)}`, uid, uid);
      }
      chmodSync(`/proc/self/fd/${String(this.#open.at(-1))}`, mode);
    } catch {
      throw new SubPathRefused("create");
    }
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

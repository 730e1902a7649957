import {
  type Stats,
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Files of /etc that programs need and that hold no secrets; the rest of /etc is not in the box. */
export const ETC =
  "alternatives bash.bashrc bash_completion.d ca-certificates ca-certificates.conf gitconfig host.conf inputrc ld.so.cache ld.so.conf ld.so.conf.d localtime mime.types nanorc nsswitch.conf os-release profile.d protocols python3 screenrc services ssl terminfo timezone vim wgetrc zsh".split(
    " ",
  );
/** What each box has of its own there; a read-only folder takes a file only where there is one. */
const PLACES = ["group", "hosts", "passwd", "resolv.conf"];
/** A Debian with a desktop has a tenth of both. */
const MAX_ENTRIES = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Copies of one host; a machine that changes more often has each part bound by itself. */
const MAX_COPIES = 16;

/**
 * A copy of what boxes show of /etc: bubblewrap reads the list of all mounts for each thing that it binds, so that one folder costs a
 * twenty-fifth of its parts.
 */
export class SystemFiles {
  readonly #folder: string;
  readonly #source: string;
  /** Every file and folder of the last copy, and what it was then. A link that leads elsewhere, and a name more, is seen in its folder. */
  #seen = new Map<string, string>();
  #number = 0;
  #current: string | undefined;

  /** `folder` is for copies alone; what is in it goes. `source` is for tests. */
  constructor(folder: string, source = "/etc") {
    this.#folder = folder;
    this.#source = source;
  }

  /** The folder to show as /etc, as it is at this moment; `undefined` where it cannot be copied. */
  current(): string | undefined {
    if (this.#number === 0 || !this.#isAsCopied()) this.#current = this.#copy();
    return this.#current;
  }

  #isAsCopied(): boolean {
    for (const [path, state] of this.#seen)
      if (stateOf(statSync(path, { throwIfNoEntry: false })) !== state) return false;
    return true;
  }

  #copy(): string | undefined {
    // Boxes that run see an older copy, and what is mounted in it: none is removed before the host is started again.
    if (this.#number === 0) remove(this.#folder);
    if (this.#number >= MAX_COPIES) return undefined;
    const copy = join(this.#folder, String((this.#number += 1)));
    // Each as it was before it was read: what changes meanwhile is copied once more.
    this.#seen = new Map(
      ETC.map((name) => join(this.#source, name)).map((path) => [
        path,
        stateOf(statSync(path, { throwIfNoEntry: false })),
      ]),
    );
    try {
      makeFolder(this.#folder);
      makeFolder(copy);
      const walk = { entries: MAX_ENTRIES, bytes: MAX_BYTES, seen: this.#seen };
      for (const name of ETC) copyEntry(join(this.#source, name), join(copy, name), walk, true);
      for (const name of PLACES) writeFileSync(join(copy, name), "", { mode: 0o644 });
      return copy;
    } catch {
      // Full disks and folders that change meanwhile: each part is bound by itself then, and no half of a copy takes the room that is left.
      remove(copy);
      return undefined;
    }
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // What cannot be removed is not shown to boxes; the next start of the host tries again.
  }
}

/** Changes with what is in it and with who may read it, also where whoever writes it sets its times back. */
function stateOf(stat: Stats | undefined): string {
  return stat === undefined ? "" : `${stat.ino}:${stat.ctimeMs}:${stat.size}`;
}

/** What may still be copied, and what was seen on the way. */
interface Walk {
  entries: number;
  bytes: number;
  seen: Map<string, string>;
}

function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

/** What others than its owner may not read is left out: a copy must not be more than what was there. */
function copyEntry(from: string, to: string, walk: Walk, followsLink = false): void {
  const stat = (followsLink ? statSync : lstatSync)(from, { throwIfNoEntry: false });
  if (stat === undefined) return;
  walk.entries -= 1;
  walk.bytes -= stat.isFile() ? stat.size : 0;
  if (walk.entries < 0 || walk.bytes < 0) throw new Error(`${from} is one file too many to be copied`);
  if (stat.isSymbolicLink()) return symlinkSync(readlinkSync(from), to);
  if (!followsLink) walk.seen.set(from, stateOf(stat));
  if (stat.isFile() && (stat.mode & 0o004) !== 0) return copyFileSync(from, to);
  if (!stat.isDirectory() || (stat.mode & 0o005) !== 0o005) return;
  makeFolder(to);
  for (const name of readdirSync(from)) copyEntry(join(from, name), join(to, name), walk);
}

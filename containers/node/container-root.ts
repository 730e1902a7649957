import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Image } from "../images/image.js";
import { BUSYBOX } from "./requirements.js";

/** Folders that programs expect to find, with their modes. */
export const ROOT_FOLDERS: readonly [string, number][] = [
  ["bin", 0o755],
  ["dev", 0o755],
  ["etc", 0o755],
  ["home", 0o755],
  ["proc", 0o555],
  ["root", 0o700],
  ["run", 0o755],
  ["sbin", 0o755],
  ["sys", 0o555],
  ["tmp", 0o1777],
  ["usr/bin", 0o755],
  ["usr/sbin", 0o755],
  ["var/log", 0o755],
  ["var/tmp", 0o1777],
];

let applets: string[] | undefined;

export interface RootFiles {
  image: Image;
  hostname: string;
  /** The text of `/etc/hosts`. */
  hosts: string;
  /** The text of `/etc/resolv.conf`. */
  resolver: string;
  /** Where the container begins; made as a runtime makes it where the image has none. */
  workingDir: string;
  uid: number;
}

/**
 * Makes the root of one container in a folder nobody but this process has seen yet: busybox with all its names, the files of the image,
 * and the pod's names. All of it belongs to the pod's account, which is what root is inside.
 */
export function makeRoot(folder: string, files: RootFiles): void {
  const { image, hostname, hosts, resolver, workingDir, uid } = files;
  const own = (path: string): void => lchownSync(path, uid, uid);
  const makeFolder = (path: string, mode = 0o755): void => {
    const made = mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    const first = made?.length ?? Number.POSITIVE_INFINITY;
    for (let at = path; at.length >= first; at = dirname(at)) own(at);
  };
  // Fails where it is there: a container may have been in it, and put links in the place of folders.
  mkdirSync(folder, { mode: 0o755 });
  own(folder);
  for (const [name, mode] of ROOT_FOLDERS) makeFolder(join(folder, name), mode);
  const write = (path: string, content: string | Buffer, mode = 0o644): void => {
    // A path is the image's own, but a root is not to be left by a mistake in it.
    const inside = join(folder, normalize(`/${path}`));
    makeFolderOf(inside, makeFolder);
    writeFileSync(inside, content, { mode });
    chmodSync(inside, mode);
    own(inside);
  };
  for (const applet of (applets ??= appletsOfBusybox())) {
    const link = join(folder, "bin", applet);
    symlinkSync("busybox", link);
    own(link);
  }
  write("bin/busybox", "", 0o755);
  write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n");
  write("etc/group", "root:x:0:\nnobody:x:65534:\n");
  write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  write("etc/resolv.conf", resolver);
  for (const file of image.files) write(file.path, file.content, file.mode);
  const begins = join(folder, normalize(`/${workingDir}`));
  if (!existsSync(begins)) makeFolder(begins);
  write("etc/hostname", `${hostname}\n`);
  write("etc/hosts", hosts);
}

function makeFolderOf(file: string, makeFolder: (path: string, mode?: number) => void): void {
  const folder = dirname(file);
  const made = mkdirSync(folder, { recursive: true });
  if (made !== undefined) makeFolder(folder);
}

/** 10 s for a program that prints what it was built with. */
const LIST_MS = 10_000;

/** The names busybox answers to, but its own. */
function appletsOfBusybox(): string[] {
  const { stdout } = spawnSync(BUSYBOX, ["--list"], { encoding: "utf8", env: {}, timeout: LIST_MS });
  return stdout.split("\n").filter((name) => name !== "" && name !== "busybox");
}

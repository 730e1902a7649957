import { closeSync, fstatSync, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerSpec } from "../../cluster/containers/container-runtime.js";
import { ContainerConfigError } from "./container-config-error.js";
import { bindMount, unmount } from "../../terminal/node/sandbox/libc.js";
import { openSubPath, SubPathRefused } from "./sub-path.js";

/** Of one pod at once: a machine has a bound on mounts that all share. */
const MOST_SUB_PATHS = 100;

/** Where something in a volume is wanted, of which mount of which container. */
export interface SubPathWish {
  container: Pick<ContainerSpec, "id" | "name" | "attempt">;
  volume: string;
  /** Of the volume. */
  folder: string;
  path: string;
}

/** A mount, and what it is on. */
interface Mounted {
  at: string;
  isFolder: boolean;
}

/**
 * What containers have mounted by `subPath`: each is mounted once more beside the volumes, where no container can put anything else in its
 * place, before bubblewrap is told of it by a path.
 */
export class SubPathMounts {
  readonly #folder: string;
  readonly #uid: number;
  /** By the container's id. */
  readonly #mounted = new Map<string, Mounted[]>();

  /** Makes the folder. */
  constructor(folder: string, uid: number) {
    mkdirSync(folder, { mode: 0o711 });
    this.#folder = folder;
    this.#uid = uid;
  }

  /** The path it is mounted at. Throws `ContainerConfigError` where it cannot be had. */
  mount({ container, volume, folder, path }: SubPathWish): string {
    const most = [...this.#mounted.values()].reduce((count, { length }) => count + length, 0);
    if (most >= MOST_SUB_PATHS)
      throw new ContainerConfigError(
        `at most ${MOST_SUB_PATHS} subPaths of a pod are mounted on this machine`,
      );
    const descriptor = this.#open({ container, volume, folder, path });
    try {
      return this.#mountOpen(descriptor, container);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Takes away what the container had. */
  release(id: string): void {
    for (const { at, isFolder } of this.#mounted.get(id) ?? []) {
      unmount(at);
      if (isFolder) rmdirSync(at);
      else unlinkSync(at);
    }
    this.#mounted.delete(id);
  }

  #open({ container, volume, folder, path }: SubPathWish): number {
    try {
      return openSubPath(folder, path, { uid: this.#uid, mode: 0o777 });
    } catch (error) {
      if (!(error instanceof SubPathRefused)) throw error;
      const of = `for volumeMount ${JSON.stringify(volume)} of container ${JSON.stringify(container.name)}`;
      const why =
        error.step === "create"
          ? `failed to create subPath directory ${of}`
          : `failed to prepare subPath ${of}`;
      throw new ContainerConfigError(why, { cause: error });
    }
  }

  #mountOpen(descriptor: number, { id, name, attempt }: SubPathWish["container"]): string {
    const mounted = this.#mounted.get(id) ?? [];
    this.#mounted.set(id, mounted);
    const at = join(this.#folder, `${name}-${attempt}-${mounted.length}`);
    const isFolder = fstatSync(descriptor).isDirectory();
    if (isFolder) mkdirSync(at);
    else writeFileSync(at, "");
    bindMount(`/proc/self/fd/${String(descriptor)}`, at);
    mounted.push({ at, isFolder });
    return at;
  }
}

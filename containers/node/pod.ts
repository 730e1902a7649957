import { chmodSync, chownSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { ContainerSpec, SandboxSpec, VolumeSpec } from "../../cluster/containers/container-runtime.js";
import { endProcesses } from "../../terminal/node/end-processes.js";
import { mountTemporary, unmount } from "../../terminal/node/sandbox/libc.js";
import type { ContainerView } from "./bubblewrap-command.js";
import type { Container } from "./container.js";
import type { ContainerLimits } from "./container-limits.js";
import type { Networks } from "./networks.js";
import { PodNetwork } from "./pod-network.js";
import type { PodOwner } from "./pod-owner.js";
import { SubPathMounts } from "./sub-path-mounts.js";
import { currentFolder, makeVolume, putFiles } from "./volume-folder.js";

export interface PodParts {
  spec: SandboxSpec;
  owner: PodOwner;
  uid: number;
  /** A folder that is there and empty. */
  folder: string;
  limits: ContainerLimits;
  networks: Networks;
}

/** What the containers of one pod share: an account of this machine, a network, and a disk with a bound. */
export class Pod {
  readonly spec: SandboxSpec;
  readonly owner: PodOwner;
  readonly uid: number;
  readonly network: PodNetwork;
  /** By id. */
  readonly containers = new Map<string, Container>();
  readonly #folder: string;
  /** Folders of files that containers have mounted by `subPath`, and see again in what `exec` runs. */
  readonly #kept = new Set<string>();
  readonly #leave: () => void;
  readonly #subPaths: SubPathMounts;

  private constructor({ spec, owner, uid, folder }: PodParts, network: PodNetwork, leave: () => void) {
    this.spec = spec;
    this.owner = owner;
    this.uid = uid;
    this.network = network;
    this.#folder = folder;
    this.#leave = leave;
    this.#subPaths = new SubPathMounts(join(folder, "parts"), uid);
  }

  /** Throws `SystemCallError`, and what the volumes cannot be. */
  static make(parts: PodParts): Pod {
    const { spec, uid, folder, limits, networks } = parts;
    mountTemporary(folder, { bytes: limits.diskBytes, files: limits.diskFiles, uid, gid: uid });
    let network: PodNetwork | undefined;
    let leave: (() => void) | undefined;
    try {
      network = PodNetwork.make(spec.address);
      const { descriptor } = network;
      leave = networks.join(spec.network, { descriptor, address: spec.address, link: "eth0" });
      const pod = new Pod(parts, network, leave);
      for (const name of ["volumes", "roots", "words"]) mkdirSync(join(folder, name), { mode: 0o711 });
      makeShared(pod.sharedMemory, uid);
      for (const volume of spec.volumes) makeVolume(pod.#volumeFolder(volume), volume, uid);
      return pod;
    } catch (error) {
      leave?.();
      network?.close();
      unmount(folder);
      throw error;
    }
  }

  /** What the containers of the pod see as /dev/shm. */
  get sharedMemory(): string {
    return join(this.#folder, "shm");
  }

  rootFolder({ name, attempt }: ContainerSpec): string {
    return join(this.#folder, "roots", `${name}-${attempt}`);
  }

  /** A file for the last words of a container. */
  wordsFile({ name, attempt }: ContainerSpec): string {
    return join(this.#folder, "words", `${name}-${attempt}`);
  }

  /** Where the container sees the pod's volumes, until they are released. Throws `ContainerConfigError` where a path in a volume cannot be had. */
  mountsOf(container: ContainerSpec): ContainerView["mounts"] {
    return container.mounts.map(({ volume: name, path, subPath, readOnly }) => {
      const volume = this.spec.volumes.find((each) => each.name === name);
      if (volume === undefined) throw new Error(`the pod has no volume ${JSON.stringify(name)}`);
      const source = join(this.#folder, "volumes", name);
      const isOfFiles = volume.files !== undefined;
      if (subPath === undefined) return { source, path, readOnly: readOnly || isOfFiles };
      const part = this.#subPaths.mount({ container, volume: name, folder: source, path: subPath });
      if (isOfFiles) this.#kept.add(currentFolder(source));
      return { source: part, path, readOnly: readOnly || isOfFiles };
    });
  }

  /** Of a container of which nothing runs any more. */
  releaseMounts({ id }: ContainerSpec): void {
    this.#subPaths.release(id);
  }

  /** Puts other files into volumes that have some. Throws what the files cannot be. */
  updateVolumes(volumes: readonly VolumeSpec[]): void {
    for (const volume of volumes) {
      const known = this.spec.volumes.find(({ name }) => name === volume.name);
      if (known?.files === undefined || volume.files === undefined)
        throw new Error(`the pod has no volume of files ${JSON.stringify(volume.name)}`);
      putFiles(this.#volumeFolder(volume), volume.files, { uid: this.uid, kept: this.#kept });
    }
  }

  #volumeFolder({ name }: VolumeSpec): string {
    return join(this.#folder, "volumes", name);
  }

  /** Ends whatever runs in the pods or under their accounts. */
  static async end(pods: readonly Pod[]): Promise<void> {
    for (const { containers } of pods) for (const { process } of containers.values()) process.kill("SIGKILL");
    await endProcesses([], { uids: pods.map(({ uid }) => uid) });
  }

  /** Gives back all it had but the account; nothing of it runs any more. */
  giveBack(): void {
    this.#leave();
    this.network.close();
    unmount(this.#folder);
    rmdirSync(this.#folder);
  }
}

/** A folder that every account of the pod may write to, and nobody take others' files out of. */
function makeShared(folder: string, uid: number): void {
  mkdirSync(folder);
  chmodSync(folder, 0o1777);
  chownSync(folder, uid, uid);
}

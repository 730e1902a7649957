import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { SandboxSpec, SandboxState } from "../../cluster/containers/container-runtime.js";
import type { AccountRegistry } from "../../terminal/node/account-registry.js";
import type { ContainerLimits } from "./container-limits.js";
import type { Networks } from "./networks.js";
import { Pod } from "./pod.js";
import { type PodOwner, podOwner } from "./pod-owner.js";

/** A pod, from when it is begun to be made. */
interface Entry {
  owner: PodOwner;
  made: Promise<Pod>;
  /** Once it is made. */
  pod?: Pod;
}

export interface PodTableOptions {
  /** Holds a folder for each pod. */
  folder: string;
  accounts: Pick<AccountRegistry, "claim" | "release">;
  limits: ContainerLimits;
  networks: Networks;
}

/** The pods of this machine. Each is made by itself: one whose account is long in coming holds up no other. */
export class PodTable {
  readonly #options: PodTableOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: PodTableOptions) {
    this.#options = options;
  }

  /** Makes the pod, or waits for the one of that id; `cluster` names a session's own, the platform's has no name. Throws where its namespace has as many as it may, and what `Pod.make` throws. */
  async make(spec: SandboxSpec, cluster?: string): Promise<Pod> {
    const known = this.#entries.get(spec.id);
    if (known !== undefined) {
      this.requireOwn(spec.id, cluster);
      return known.made;
    }
    const owner = podOwner(spec, cluster);
    this.#requireRoom(spec.namespace, owner);
    const entry: Entry = { owner, made: this.#make(spec, owner) };
    this.#entries.set(spec.id, entry);
    try {
      return (entry.pod = await entry.made);
    } catch (error) {
      this.#entries.delete(spec.id);
      throw error;
    }
  }

  /** Throws where the pod of that id is another cluster's; learners who administer theirs may name any there. */
  requireOwn(id: string, cluster?: string): void {
    const known = this.#entries.get(id);
    if (known !== undefined && known.owner.cluster !== cluster) throw new Error(`there is no sandbox ${id}`);
  }

  /** The pod of that id, once it is made; rejects where it cannot be. */
  async whenMade(id: string): Promise<Pod | undefined> {
    return this.#entries.get(id)?.made;
  }

  /** The pod of that id, where it is made. */
  get(id: string): Pod | undefined {
    return this.#entries.get(id)?.pod;
  }

  /** All there are of a session's own cluster or of the platform's, with those that are still being made, for which nobody waits. */
  states(cluster?: string): SandboxState[] {
    const own = [...this.#entries].filter(([, { owner }]) => owner.cluster === cluster);
    return own.map(([id, { pod }]) => ({
      id,
      containers: [...(pod?.containers.values() ?? [])].map(({ state }) => state),
    }));
  }

  /** Those that could be made, once they are. */
  async all(): Promise<Pod[]> {
    const made = await Promise.allSettled([...this.#entries.values()].map((entry) => entry.made));
    return made.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  }

  /** Gives back all that a pod had of which nothing runs any more. */
  giveBack(pod: Pod): void {
    const { id } = pod.spec;
    if (!this.#entries.delete(id)) return;
    pod.giveBack();
    this.#options.accounts.release(id);
  }

  #requireRoom(namespace: string, { key, cluster }: PodOwner): void {
    const beside = [...this.#entries.values()].filter(({ owner }) => owner.key === key);
    const { podsOfNamespace: most } = this.#options.limits;
    if (beside.length < most) return;
    if (cluster !== undefined)
      throw new Error(
        `at most ${most} pods of a cluster run on this machine at once, and this one has them; delete one`,
      );
    throw new Error(
      `at most ${most} pods of a namespace run on this machine at once, and ${namespace} has them; delete one`,
    );
  }

  async #make(spec: SandboxSpec, owner: PodOwner): Promise<Pod> {
    const { accounts, limits, networks } = this.#options;
    const folder = join(this.#options.folder, spec.id);
    mkdirSync(folder, { mode: 0o711 });
    try {
      const { uid } = await accounts.claim(spec.id);
      return Pod.make({ spec, owner, uid, folder, limits, networks });
    } catch (error) {
      accounts.release(spec.id);
      rmdirSync(folder);
      throw error;
    }
  }
}

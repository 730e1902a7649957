import { createHash } from "node:crypto";
import type { ContainerSpec } from "../../cluster/containers/container-runtime.js";
import type { Controller } from "../../terminal/node/sandbox/control-group-hierarchies.js";
import { ControlGroups } from "../../terminal/node/sandbox/control-groups.js";
import { groupOf } from "./container-id.js";
import type { PodOwner } from "./pod-owner.js";
import { asSessionLimits, type ContainerLimits, type NamespaceLimits } from "./container-limits.js";

/** The control groups of one container, below those of its namespace. */
export interface ContainerGroups {
  /** The folders its processes have to join. */
  own: readonly string[];
  /** Those of all containers of the namespace. */
  shared: readonly string[];
}

/** Holds each container to what it may use, and all of a namespace, or of a session's own cluster, together to what they may. */
export class NamespaceGroups {
  readonly #groups: ControlGroups;
  readonly #limits: NamespaceLimits;
  /** Of namespaces that have containers. */
  readonly #below = new Map<string, { groups: ControlGroups; containers: Set<string> }>();

  constructor(groups: ControlGroups, limits: NamespaceLimits) {
    this.#groups = groups;
    this.#limits = limits;
  }

  /** Those of a host whose pods are below the folder; says in a line what does not hold. */
  static async detect(podsFolder: string, limits: NamespaceLimits): Promise<NamespaceGroups> {
    // Of the folder, so that it finds what a killed one has left.
    const owner = createHash("sha256").update(podsFolder).digest("hex").slice(0, 16);
    const groups = new NamespaceGroups(await ControlGroups.detect(owner), limits);
    if (groups.unheld !== undefined) process.stderr.write(`${groups.unheld}\n`);
    return groups;
  }

  get controllers(): readonly Controller[] {
    return this.#groups.controllers;
  }

  /** What no group counts here, and what holds in its place, in a sentence; `undefined` where all is counted. */
  get unheld(): string | undefined {
    const missing = ["memory", "pids", "cpu"].filter(
      (name) => !this.controllers.includes(name as Controller),
    );
    if (missing.length === 0) return undefined;
    const inPlace = [
      ...(missing.includes("memory") ? ["each process alone has the memory of its container"] : []),
      ...(missing.includes("pids") ? ["each pod alone, by its account, the processes of one container"] : []),
      ...(missing.includes("cpu") ? ["processor time has no bound"] : []),
    ];
    return `Containers of a namespace are not held to their limits together without rights to control groups of ${missing.join(", ")}: ${inPlace.join(", ")}`;
  }

  /** Makes those of a container. */
  make({ key }: PodOwner, spec: ContainerSpec, limits: ContainerLimits): ContainerGroups {
    const known = this.#below.get(key);
    const { groups, containers } = known ?? {
      groups: this.#groups.below(key, asSessionLimits({ ...limits, ...this.#limits })),
      containers: new Set<string>(),
    };
    if (known === undefined) this.#below.set(key, { groups, containers });
    containers.add(spec.id);
    return { own: groups.make(groupOf(spec), asSessionLimits(limits)), shared: groups.folders };
  }

  /** Ends what is in those of a container and takes them away; with the last container of a namespace go the namespace's. */
  async remove({ key }: PodOwner, spec: ContainerSpec): Promise<void> {
    const known = this.#below.get(key);
    // One that could not be started has none.
    if (known === undefined || !known.containers.has(spec.id)) return;
    await known.groups.remove(groupOf(spec));
    known.containers.delete(spec.id);
    if (known.containers.size > 0) return;
    known.groups.close();
    this.#below.delete(key);
  }

  /** Takes the groups of all away; nothing is in them any more. */
  close(): void {
    this.#groups.close();
  }
}

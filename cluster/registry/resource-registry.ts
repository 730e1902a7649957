import type { ResourceRef } from "../api/object.js";
import { pathNotFound } from "../api/status.js";
import type { ResourceType } from "./resource-type.js";

export interface ApiGroup {
  name: string;
  /** Most stable and newest first; the first is the preferred one. */
  versions: string[];
}

/** Every resource the API serves, and the versions of groups that it would ask others for. Custom resources come and go; `generation` changes when they do. */
export class ResourceRegistry {
  readonly #types = new Map<string, ResourceType>();
  /** `group/version` of what a service of the cluster is to serve. */
  readonly #remote = new Set<string>();
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  add(type: ResourceType): void {
    this.#types.set(keyOf(type.group, type.version, type.resource), type);
    this.#generation += 1;
  }

  remove({ group, version, resource }: ResourceRef): void {
    if (this.#types.delete(keyOf(group, version, resource))) this.#generation += 1;
  }

  /** Says whether a service of the cluster is to serve this version of the group; none is asked. */
  setRemote({ group, version }: { group: string; version: string }, isRemote: boolean): void {
    const key = `${group}/${version}`;
    if (isRemote === this.#remote.has(key)) return;
    if (isRemote) this.#remote.add(key);
    else this.#remote.delete(key);
    this.#generation += 1;
  }

  isRemote(group: string, version: string): boolean {
    return this.#remote.has(`${group}/${version}`);
  }

  find(group: string, version: string, resource: string): ResourceType | undefined {
    return this.#types.get(keyOf(group, version, resource));
  }

  /** The type of `ref`; throws the generic 404 where it is not served. */
  require({ group, version, resource }: ResourceRef): ResourceType {
    const type = this.find(group, version, resource);
    if (type === undefined) throw pathNotFound();
    return type;
  }

  findKind(group: string, version: string, kind: string): ResourceType | undefined {
    return this.types().find(
      (type) => type.kind === kind && type.group === group && type.version === version,
    );
  }

  types(): ResourceType[] {
    return [...this.#types.values()];
  }

  isGroup(name: string): boolean {
    return this.groups().some((group) => group.name === name);
  }

  typesOf(group: string, version: string): ResourceType[] {
    return this.types().filter((type) => type.group === group && type.version === version);
  }

  /** The API groups in order of discovery, the core group (empty name) first. */
  groups(): ApiGroup[] {
    const versions = new Map<string, Set<string>>();
    for (const { group, version } of this.#types.values()) {
      versions.set(group, (versions.get(group) ?? new Set()).add(version));
    }
    for (const key of this.#remote) {
      const [group = "", version = ""] = key.split("/");
      versions.set(group, (versions.get(group) ?? new Set()).add(version));
    }
    return [...versions]
      .map(([name, set]) => ({ name, versions: [...set].toSorted(compareVersions) }))
      .toSorted((a, b) => Number(a.name !== "") - Number(b.name !== ""));
  }
}

function keyOf(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

/** Kubernetes' order of versions: stable before beta before alpha, higher first. */
export function compareVersions(a: string, b: string): number {
  const [rankA, rankB] = [versionRank(a), versionRank(b)];
  for (let i = 0; i < rankA.length; i++) {
    const difference = (rankB[i] ?? 0) - (rankA[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : Number(a > b);
}

function versionRank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const stability = { alpha: 1, beta: 2 }[match[2] ?? ""] ?? 3;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}

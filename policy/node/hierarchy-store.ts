import { ORGANIZATION_LABEL, POLICY_GROUP, POLICY_VERSION } from "../common/engine-names.js";
import { type ClusterClient, isConflict, isNotFound, orUndefined, toPolicyError } from "./cluster-client.js";
import { type Freshness, listNoOlder } from "./list-no-older.js";
import type { ResourcePlural } from "./custom-resource-definitions.js";
import { ReadVersions } from "./read-versions.js";
import type { HierarchyObject } from "./records.js";
import { untracked } from "./untracked.js";

/** Reads and writes objects of our own kinds. */
export interface HierarchyStore {
  get<Spec>(plural: ResourcePlural, name: string): Promise<HierarchyObject<Spec> | undefined>;
  list<Spec>(
    plural: ResourcePlural,
    organization?: string,
    freshness?: Freshness,
  ): Promise<HierarchyObject<Spec>[]>;
  /** A policy as it was last read or written here, which may be another by now. */
  newestRead(uid: string): HierarchyObject<unknown> | undefined;
  /** The version up to which a list that is `seen` holds everything, at least; `undefined` where it would be an exact one. */
  seenOf(plural: ResourcePlural): string | undefined;
  /** Resolves to `undefined` where the name is taken. */
  create<Spec>(
    plural: ResourcePlural,
    object: HierarchyObject<Spec>,
  ): Promise<HierarchyObject<Spec> | undefined>;
  /** Resolves to `undefined` where the object changed since it was read, or is gone. */
  replace<Spec>(
    plural: ResourcePlural,
    object: HierarchyObject<Spec>,
  ): Promise<HierarchyObject<Spec> | undefined>;
  /** Resolves to false where there was nothing to delete. */
  remove(plural: ResourcePlural, name: string): Promise<boolean>;
  /** Deletes everything of a kind in an organization. */
  removeAll(plural: ResourcePlural, organization: string): Promise<void>;
  /** Merges into the status and resolves to the object's version with it; of what is gone nothing is written. */
  setStatus(plural: ResourcePlural, name: string, status: object): Promise<string | undefined>;
  /** What counts the changes of the cluster: a list that is read later holds at least what there was at it. */
  currentVersion(): Promise<string>;
}

const AT = { group: POLICY_GROUP, version: POLICY_VERSION };

/** Opens the store over a cluster where the engine is installed. */
export function createHierarchyStore({ custom, mergePatch, seen }: ClusterClient): HierarchyStore {
  const read = new ReadVersions();
  const noted = async <T extends HierarchyObject<unknown> | undefined>(
    plural: ResourcePlural,
    answer: Promise<T>,
  ): Promise<T> => {
    const object = await answer;
    seen.note(plural, object?.metadata.resourceVersion);
    if (object && plural === "imagepolicies") read.same(object);
    return object;
  };
  return {
    get: (plural, name) => noted(plural, orUndefined(custom.getClusterCustomObject({ ...AT, plural, name }))),
    list: (plural, organization, freshness = "exact") =>
      listAsFresh({ custom, seen, read }, { plural, organization, freshness }),
    newestRead: (uid) => read.newest(uid),
    seenOf: (plural) => seen.newestOf(plural),
    create: (plural, body) =>
      noted(plural, unlessConflict(custom.createClusterCustomObject({ ...AT, plural, body }))),
    replace: (plural, object) => {
      // Of others nobody else says when they were changed in the cluster itself.
      const body = plural === "imagepolicies" ? untracked(object) : object;
      const name = body.metadata.name ?? "";
      const replaced = custom.replaceClusterCustomObject({ ...AT, plural, name, body });
      return noted(plural, unlessConflict(unlessGone(replaced)));
    },
    remove: async (plural, name) => {
      try {
        const deleted = await orUndefined<unknown>(custom.deleteClusterCustomObject({ ...AT, plural, name }));
        return deleted !== undefined;
      } finally {
        seen.noteRemoval(plural);
      }
    },
    removeAll: async (plural, organization) => {
      const labelSelector = `${ORGANIZATION_LABEL}=${organization}`;
      await attempt(custom.deleteCollectionClusterCustomObject({ ...AT, plural, labelSelector }));
      seen.noteRemoval(plural);
    },
    setStatus: async (plural, name, status) => {
      const patch = { ...AT, plural, name, body: { status } };
      try {
        const patched: unknown = await custom.patchClusterCustomObjectStatus(patch, mergePatch);
        const { metadata } = await noted(plural, Promise.resolve(patched as HierarchyObject));
        return metadata.resourceVersion;
      } catch (error) {
        if (!isNotFound(error)) throw toPolicyError(error);
        return undefined;
      }
    },
    currentVersion: async () => {
      const list = await attempt(
        custom.listClusterCustomObject({ ...AT, plural: "imagepolicies", limit: 1 }),
      );
      return (list as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
    },
  };
}

interface Listed {
  items: HierarchyObject<never>[];
}

async function listAsFresh<Spec>(
  { custom, seen, read }: Pick<ClusterClient, "custom" | "seen"> & { read: ReadVersions },
  {
    plural,
    organization,
    freshness,
  }: { plural: ResourcePlural; organization: string | undefined; freshness: Freshness },
): Promise<HierarchyObject<Spec>[]> {
  const query = {
    ...AT,
    plural,
    ...(organization !== undefined && { labelSelector: `${ORGANIZATION_LABEL}=${organization}` }),
  };
  const list = await listNoOlder<Listed>(
    seen,
    { kind: plural, freshness },
    (version) => custom.listClusterCustomObject({ ...query, ...version }) as Promise<Listed>,
  );
  // Other kinds are little work to read.
  return plural === "imagepolicies" ? list.items.map((item) => read.same(item)) : list.items;
}

async function attempt<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toPolicyError(error);
  }
}

async function unlessGone<T>(writing: Promise<T>): Promise<T | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function unlessConflict<T>(writing: Promise<T>): Promise<T | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw toPolicyError(error);
  }
}

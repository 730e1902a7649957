import { readFileSync } from "node:fs";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { writePrivately } from "./private-file.js";

/** Which cluster it is, wherever it is reached. */
export interface ClusterIdentity {
  /** Of the namespace `kube-system`, which no cluster shares with another and none loses. */
  uid: string;
  /** In words for a person: `the embedded cluster`, `the cluster at https://...`. */
  name: string;
}

/**
 * Ties the data directory to the cluster at its first start, and holds it to that one ever after: homes and progress belong to the
 * sessions of one cluster. Throws SERVER_DATA_DIR_OF_OTHER_CLUSTER with both named.
 */
export function tieToCluster(
  data: string,
  { clusterIdentity }: Pick<DataPaths, "clusterIdentity">,
  found: ClusterIdentity,
): void {
  const tied = readIdentity(clusterIdentity);
  if (tied !== undefined && tied.uid !== found.uid) throw ofOther(data, clusterIdentity, { tied, found });
  if (tied?.name !== found.name) writePrivately(clusterIdentity, `${JSON.stringify(found)}\n`);
}

function readIdentity(file: string): ClusterIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { uid, name } = JSON.parse(text) as Partial<ClusterIdentity>;
  return { uid: uid ?? "", name: name ?? "another cluster" };
}

function ofOther(
  data: string,
  file: string,
  { tied, found }: { tied: ClusterIdentity; found: ClusterIdentity },
): ServerError {
  return new ServerError(
    serverErrorCodes.dataDirOfOtherCluster,
    `The data directory ${data} holds the sessions of ${tied.name} (kube-system ${tied.uid}), but was started with ${found.name} (kube-system ${found.uid}). Start it with its own cluster, or give this one a directory of its own with --data DIR. Where its own cluster is gone for good, remove ${file}: the homes that are left stay, and "lectern session end NAME" removes one.`,
  );
}

import { randomBytes } from "node:crypto";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Postgres } from "./postgres.js";

const ID_BYTES = 6;

/**
 * The id of the database's servers, which tells their sessions from those of others on the same cluster; made by the first of them.
 * Throws SERVER_DATABASE_OF_OTHER_CLUSTER where the database belongs to a cluster of another uid.
 */
export async function joinDeployment(database: Postgres, cluster: string): Promise<string> {
  const id = randomBytes(ID_BYTES).toString("hex");
  await database.query("INSERT INTO deployment (id, cluster) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    id,
    cluster,
  ]);
  const [found] = await database.query<{ id: string; cluster: string }>("SELECT id, cluster FROM deployment");
  if (found?.cluster === cluster) return found.id;
  throw new ServerError(
    serverErrorCodes.databaseOfOtherCluster,
    `The database ${database.name} holds the sessions of another cluster (kube-system ${found?.cluster ?? "unknown"}) than the one this server was started with (kube-system ${cluster}). Start it with its own cluster, or give this one a database of its own.`,
  );
}

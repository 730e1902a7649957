import { randomUUID } from "node:crypto";
import type { ActivityStore } from "../../workshop/node/activity-store.js";
import { type LivingServers, joinServers } from "../../server/database/living-servers.js";
import { migrate } from "../../server/database/migrations.js";
import { type Postgres, openPostgres } from "../../server/database/postgres.js";
import { openSharedActivity } from "../../server/database/shared-activity.js";

/** What one of several servers has of a database. */
export interface ServerOnDatabase {
  database: Postgres;
  servers: LivingServers;
  store: ActivityStore;
  close(): Promise<void>;
}

type Log = Parameters<typeof joinServers>[1]["log"];
const silent: Log = { info: () => undefined, warn: () => undefined };

/** Opens the database as a server does; `name` is that of its data directory. */
export async function openServerOnDatabase(
  url: string,
  name: string,
  { version = "1.0.0", log = silent }: { version?: string; log?: Log } = {},
): Promise<ServerOnDatabase> {
  const database = openPostgres(url, log);
  await migrate(database);
  const servers = await joinServers(database, { id: randomUUID(), name, version, log });
  const store = await openSharedActivity({ database, servers, log });
  const close = async () => {
    await store.close();
    await servers.close();
    await database.close();
  };
  return { database, servers, store, close };
}

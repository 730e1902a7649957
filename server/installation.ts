import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { createTicketStore } from "../terminal/node/tickets.js";
import type { TicketStore } from "../terminal/node/tickets.js";
import type { ActivityStore } from "../workshop/node/activity-store.js";
import type { PeopleStore } from "../workshop/node/people-store.js";
import { Turns } from "../workshop/node/turns.js";
import type { TurnTaking } from "../workshop/node/turns.js";
import { loadServerId } from "./auth/server-id.js";
import { dataPaths, productVersion } from "./config.js";
import type { DataPaths, ServeConfig } from "./config.js";
import { joinDeployment } from "./database/deployment.js";
import { joinServers } from "./database/living-servers.js";
import { migrate } from "./database/migrations.js";
import { openPostgres } from "./database/postgres.js";
import { openSharedActivity } from "./database/shared-activity.js";
import { sharedCounter } from "./database/shared-counter.js";
import { createSharedPeople } from "./database/shared-people.js";
import { createSharedPlaces } from "./database/shared-places.js";
import { shareRefusals } from "./database/shared-refusals.js";
import { createSharedTickets } from "./database/shared-tickets.js";
import { createSharedTurns } from "./database/shared-turns.js";
import { memoryCounter } from "./http/rate-limit.js";
import type { CounterFactory } from "./http/rate-limit.js";
import { ownPlaces } from "./http/session-places.js";
import type { SessionPlaces } from "./http/session-places.js";
import { openActivityDatabase } from "./store/activity-database.js";
import { openPeopleDatabase } from "./store/people-database.js";
import { endAll } from "./supervisor/end-all.js";
import { clusterUid, readKubeconfig } from "./supervisor/preflight.js";

/** What must be the same whichever of an installation's servers answers; it has one, or several that share a database. */
export interface Installation {
  /** Label value on its sessions. */
  server: string;
  store: ActivityStore;
  people: PeopleStore;
  tickets: TicketStore;
  counter: CounterFactory;
  /** Another one whenever `counter` has forgotten what it counted; the same for ever where a database keeps that. */
  epoch: string;
  places: SessionPlaces;
  turns: TurnTaking;
  /** This process among several servers; absent where there is one. */
  identity?: string;
  /** This process, of all that were or will be servers of the installation. */
  process: string;
  /** Whether that process is a server which lives. */
  isLiving: (process: string) => boolean;
  /** Whether of the servers that live this one looks after the session. */
  looksAfter: (session: string) => boolean;
  /** Told every half second, and whether servers have come or gone; never where there is one. */
  onLook(listener: (hasChanged: boolean) => void): void;
  /** Throws where what is shared cannot be used just now; absent where nothing is. */
  probe?: () => Promise<unknown>;
  /** Lets go of everything but the store, which whoever uses it has closed before. */
  close(): Promise<void>;
}

interface InstallationOptions {
  paths: DataPaths;
  maxSessions: number;
  log: Logger;
}

/**
 * The installation this server belongs to: that of its database, or one of its own. Throws what reading the kubeconfig throws, and
 * SERVER_DATABASE_INVALID, SERVER_DATABASE_UNAVAILABLE, SERVER_DATABASE_OF_OTHER_CLUSTER, SERVER_SCHEMA_NEWER.
 */
export async function openInstallation(
  { data, maxSessions, database }: ServeConfig,
  kubeconfig: string,
  log: Logger,
): Promise<Installation> {
  const options = { paths: dataPaths(data), maxSessions, log };
  if (database === undefined) return openOwnInstallation(options);
  const cluster = await clusterUid(await readKubeconfig(kubeconfig));
  return joinInstallation({ url: database, cluster }, options);
}

/** An installation of one server, with everything in its data directory or its memory. */
async function openOwnInstallation({ paths, maxSessions, log }: InstallationOptions): Promise<Installation> {
  const store = await openActivityDatabase(paths.activity, (results) =>
    log.warn({ results }, "results of an older version are dropped: steps are known by what they say now"),
  );
  const people = await openPeopleDatabase(paths.people);
  const process = randomUUID();
  return {
    server: loadServerId(paths.serverId),
    store,
    people,
    tickets: createTicketStore(),
    counter: memoryCounter,
    epoch: process,
    places: ownPlaces(maxSessions),
    turns: new Turns(),
    process,
    isLiving: (other) => other === process,
    looksAfter: () => true,
    onLook: () => undefined,
    close: () => people.close(),
  };
}

/** Joins the installation of the database; the first server begins it, for the cluster of that uid. */
async function joinInstallation(
  { url, cluster }: { url: string; cluster: string },
  { paths, maxSessions, log }: InstallationOptions,
): Promise<Installation> {
  const database = openPostgres(url, log);
  const ends: (() => Promise<void>)[] = [() => database.close()];
  try {
    await migrate(database);
    const server = await joinDeployment(database, cluster);
    const identity = randomUUID();
    const name = loadServerId(paths.serverId);
    const servers = await joinServers(database, { id: identity, name, version: productVersion(), log });
    ends.push(() => servers.close());
    ends.push(await shareRefusals(database, { id: identity, log }));
    const store = await openSharedActivity({ database, servers, log });
    return {
      server,
      store,
      people: createSharedPeople(database),
      tickets: createSharedTickets(database),
      counter: sharedCounter(database),
      epoch: "",
      places: createSharedPlaces(database, maxSessions),
      turns: createSharedTurns(database),
      identity,
      process: identity,
      isLiving: (other) => servers.living().has(other),
      looksAfter: (session) => servers.looksAfter(session),
      onLook: (listener) => void servers.onLook(listener),
      probe: () => database.probe(),
      close: () => endAll(ends.toReversed()),
    };
  } catch (error) {
    await endAll(ends.toReversed());
    throw error;
  }
}

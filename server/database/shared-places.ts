import { randomUUID } from "node:crypto";
import type { SessionPlaces } from "../http/session-places.js";
import type { Postgres } from "./postgres.js";

/** Any number that no other lock of the database uses. */
const LOCK = 0x706c6163;
/** Nobody takes this long to ask for sessions: whoever took the places has died. */
const LIFETIME_S = 60;
/** A session that one server has made is counted by the others as soon as the cluster has told them. */
const SEEN_MS = 1_000;

const TAKE = `
  INSERT INTO places SELECT $1, $2::integer, now() + make_interval(secs => ${String(LIFETIME_S)})
  WHERE $3::integer + $2::integer + (SELECT coalesce(sum(count), 0) FROM places WHERE expires_at > now()) <= $4::integer
  RETURNING id`;

/** The places of all servers of the database together. */
export function createSharedPlaces(database: Postgres, most: number): SessionPlaces {
  const giveBack = (id: string) =>
    database.query("DELETE FROM places WHERE id = $1 OR expires_at <= now()", [id]).catch(() => undefined);
  return {
    take: async (count, live) => {
      const id = randomUUID();
      const taken = await database.transaction(async (query) => {
        await query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        return query(TAKE, [id, count, live, most]);
      });
      if (taken.length === 0) return undefined;
      return () => void setTimeout(() => void giveBack(id), SEEN_MS).unref();
    },
  };
}

import { SEAT_KEPT_MINUTES } from "../../workshop/common/event.js";
import type { Newcomer, PeopleStore, SeatPlace } from "../../workshop/node/people-store.js";
import { sessionClock } from "../../workshop/node/session-clock.js";
import type { Postgres, Query } from "./postgres.js";

const TAKEN =
  "(SELECT count(*) FROM people AS seated WHERE seated.event = $2 AND seated.joined_at IS NOT NULL)";
const WAITING =
  "(SELECT count(*) FROM people AS others WHERE others.event = $2 AND others.waiting IS NOT NULL)";
const NEXT = "(SELECT coalesce(max(others.waiting), 0) + 1 FROM people AS others WHERE others.event = $2)";

const KEPT_MS = SEAT_KEPT_MINUTES * 60_000;
/** Those of the event whose seat was kept until now, and who have not come. */
const LAPSED = "event = $1 AND kept_until <= $2 AND session IS NULL";

const WHO_TYPED = "id = $1 AND waiting IS NOT NULL AND NOT listed";

/** Who moves up, and who waits no more. */
export function sharedSeats(
  database: Postgres,
): Pick<PeopleStore, "moveUp" | "seatOutOfTurn" | "holdSeat" | "moveKeptSeats" | "stopWaiting"> {
  return {
    moveUp: (event, seats, keptMs) =>
      database.transaction((query) => moveUp(query, { event, seats, keptMs })),
    seatOutOfTurn: async (person) => {
      const seated = await database.query(
        `UPDATE people SET joined_at = now(), waiting = NULL, kept_until = $2
         WHERE id = $1 AND waiting IS NOT NULL RETURNING 1`,
        [person, keptFrom(KEPT_MS)],
      );
      return seated.length > 0;
    },
    holdSeat: async (person) => {
      const held = await database.query(
        `UPDATE people SET kept_until = CASE WHEN kept_until IS NULL THEN NULL ELSE $2::timestamptz END
         WHERE id = $1 AND joined_at IS NOT NULL RETURNING 1`,
        [person, keptFrom(KEPT_MS)],
      );
      return held.length > 0;
    },
    moveKeptSeats: async (ms) =>
      void (await database.query(
        "UPDATE people SET kept_until = kept_until + $1::double precision * interval '1 millisecond' WHERE kept_until IS NOT NULL",
        [ms],
      )),
    stopWaiting: (person) =>
      // The person first, as where one is removed.
      database.transaction(async (query) => {
        await query("SELECT 1 FROM people WHERE id = $1 FOR UPDATE", [person]);
        await query(`DELETE FROM scores WHERE person IN (SELECT id FROM people WHERE ${WHO_TYPED})`, [
          person,
        ]);
        await query(`DELETE FROM people WHERE ${WHO_TYPED}`, [person]);
        await query(
          "UPDATE people SET visitor = NULL, waiting = NULL WHERE id = $1 AND waiting IS NOT NULL",
          [person],
        );
      }),
  };
}

/** Of `PeopleStore.seat`, what is written, in a transaction. */
export async function sit(query: Query, place: SeatPlace, newcomer: Newcomer): Promise<void> {
  const { event, seats, mayWait = 0, visitor } = place;
  // Nobody comes before those who wait.
  await moveUp(query, place);
  if ("person" in newcomer) return choose(query, place, newcomer.person);
  const { id, name } = newcomer;
  const seated = await query(
    `INSERT INTO people (id, event, name, listed, joined_at, visitor)
     SELECT $1, $2, $3, false, now(), $4 WHERE ${TAKEN} < $5 ON CONFLICT DO NOTHING RETURNING 1`,
    [id, event, name, visitor, seats],
  );
  if (seated.length > 0) return;
  await query(
    `INSERT INTO people (id, event, name, listed, visitor, waiting)
     SELECT $1, $2, $3, false, $4, ${NEXT} WHERE ${WAITING} < $5 ON CONFLICT DO NOTHING`,
    [id, event, name, visitor, mayWait],
  );
}

/** See `PeopleStore.moveUp`; what the transaction does afterwards with seats of the event is done by one at a time of all servers. */
async function moveUp(
  query: Query,
  { event, seats, keptMs = KEPT_MS }: Pick<SeatPlace, "event" | "seats"> & { keptMs?: number | undefined },
): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`seats ${event}`]);
  // By the clock of who asks, whose jumps are known, and not by the database's.
  const now = new Date(sessionClock.now());
  // The people first, as where one is removed: whoever comes at this moment stays, with their score.
  const gone = await query<{ id: string }>(`DELETE FROM people WHERE ${LAPSED} AND NOT listed RETURNING id`, [
    event,
    now,
  ]);
  for (const { id } of gone) await query("DELETE FROM scores WHERE person = $1", [id]);
  await query(`UPDATE people SET joined_at = NULL, visitor = NULL, kept_until = NULL WHERE ${LAPSED}`, [
    event,
    now,
  ]);
  await query(
    `UPDATE people SET joined_at = now(), waiting = NULL, kept_until = $3 WHERE id IN (
       SELECT id FROM people WHERE event = $2 AND waiting IS NOT NULL ORDER BY waiting
       LIMIT greatest(0, $1::integer - ${TAKEN}))`,
    [seats, event, keptFrom(keptMs)],
  );
}

/** Until when a seat is kept that is given now. */
function keptFrom(ms: number): Date {
  return new Date(sessionClock.latest() + ms);
}

async function choose(query: Query, place: SeatPlace, person: string): Promise<void> {
  const { event, seats, mayWait = 0, visitor } = place;
  // A browser that cannot become somebody else stays whose it was.
  await query(
    `UPDATE people SET visitor = NULL, waiting = NULL WHERE event = $2 AND visitor = $3 AND EXISTS (
       SELECT 1 FROM people AS chosen WHERE chosen.id = $1 AND chosen.event = $2 AND chosen.listed
         AND (chosen.joined_at IS NOT NULL OR ${TAKEN} < $4))`,
    [person, event, visitor, seats],
  );
  const seated = await query(
    `UPDATE people SET joined_at = coalesce(joined_at, now()), waiting = NULL, visitor = $3
     WHERE id = $1 AND event = $2 AND listed AND (joined_at IS NOT NULL OR ${TAKEN} < $4) RETURNING 1`,
    [person, event, visitor, seats],
  );
  if (seated.length > 0) return;
  // Nobody gives a seat away for a place in the queue.
  await query(
    `UPDATE people SET visitor = NULL, waiting = NULL
     WHERE event = $2 AND visitor = $3 AND id <> $1 AND joined_at IS NULL AND EXISTS (
       SELECT 1 FROM people AS chosen WHERE chosen.id = $1 AND chosen.event = $2 AND chosen.listed
         AND (chosen.waiting IS NOT NULL OR ${WAITING} < $4))`,
    [person, event, visitor, mayWait],
  );
  await query(
    `UPDATE people SET waiting = coalesce(waiting, ${NEXT}), visitor = $3
     WHERE id = $1 AND event = $2 AND listed AND joined_at IS NULL AND (waiting IS NOT NULL OR ${WAITING} < $4)
       AND NOT EXISTS (SELECT 1 FROM people AS own WHERE own.event = $2 AND own.visitor = $3 AND own.id <> $1)`,
    [person, event, visitor, mayWait],
  );
}

import { SEAT_KEPT_MINUTES } from "../../workshop/common/event.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { sessionClock } from "../../workshop/node/session-clock.js";
import type { Prepare } from "./people-database.js";
import type { WriteQueue } from "./write-queue.js";

type Seats = Pick<PeopleStore, "moveUp" | "seatOutOfTurn" | "holdSeat" | "moveKeptSeats" | "stopWaiting"> & {
  /** Of `PeopleStore.seat`, what is written. */
  sit: (...asked: Parameters<PeopleStore["seat"]>) => Promise<void>;
};

const KEPT_MS = SEAT_KEPT_MINUTES * 60_000;

/** Who sits in an event and who waits, each by one conditional statement of the writer's transaction. */
export function seatsIn(queue: WriteQueue, statements: Awaited<ReturnType<typeof prepareSeats>>): Seats {
  const {
    lapse,
    lapseScores,
    lapseListed,
    sit,
    wait,
    leave,
    choose,
    leaveToWait,
    waitListed,
    seatOutOfTurn,
    holdSeat,
    moveKeptSeats,
    forgetScore,
    forget,
    rest,
  } = statements;
  const moveUp = (event: string, seats: number, keptMs = KEPT_MS): void => {
    const now = sessionClock.now();
    for (const statement of [lapseScores, lapse, lapseListed]) statement.run(event, now);
    statements.moveUp.run(now, event, seats, sessionClock.latest() + keptMs);
  };
  return {
    sit: ({ event, seats, mayWait = 0, visitor, keptMs }, newcomer) =>
      queue.write(() => {
        const now = Date.now();
        // Nobody comes before those who wait.
        moveUp(event, seats, keptMs);
        if ("name" in newcomer) {
          const { id, name } = newcomer;
          if (sit.run(id, event, name, now, visitor, seats).changes === 0)
            wait.run(id, event, name, visitor, mayWait);
          return;
        }
        leave.run(newcomer.person, event, visitor, seats);
        if (choose.run(newcomer.person, event, now, visitor, seats).changes > 0) return;
        leaveToWait.run(newcomer.person, event, visitor, mayWait);
        waitListed.run(newcomer.person, event, visitor, mayWait);
      }),
    moveUp: (event, seats, keptMs) => queue.write(() => moveUp(event, seats, keptMs)),
    stopWaiting: (person) =>
      queue.write(() => {
        forgetScore.run(person);
        forget.run(person);
        rest.run(person);
      }),
    holdSeat: (person) =>
      queue.write(() => {
        return holdSeat.run(person, sessionClock.latest() + KEPT_MS).changes > 0;
      }),
    moveKeptSeats: (ms) => queue.write(() => void moveKeptSeats.run(ms)),
    seatOutOfTurn: (person) =>
      queue.write(() => {
        const now = sessionClock.latest();
        return seatOutOfTurn.run(person, now, now + KEPT_MS).changes > 0;
      }),
  };
}

const TAKEN =
  "(SELECT count(*) FROM people AS seated WHERE seated.event = ?2 AND seated.joined_at IS NOT NULL)";
const WAITING =
  "(SELECT count(*) FROM people AS others WHERE others.event = ?2 AND others.waiting IS NOT NULL)";
/** Those of the event whose seat was kept until now, and who have not come. */
const LAPSED = "event = ?1 AND kept_until <= ?2 AND session IS NULL";
const NEXT = "(SELECT coalesce(max(others.waiting), 0) + 1 FROM people AS others WHERE others.event = ?2)";

/** The statements of `seatsIn`. */
export async function prepareSeats(prepared: Prepare) {
  return {
    lapseScores: await prepared(
      `DELETE FROM scores WHERE person IN (SELECT id FROM people WHERE ${LAPSED} AND listed = 0)`,
    ),
    lapse: await prepared(`DELETE FROM people WHERE ${LAPSED} AND listed = 0`),
    lapseListed: await prepared(
      `UPDATE people SET joined_at = NULL, visitor = NULL, kept_until = NULL WHERE ${LAPSED}`,
    ),
    moveUp: await prepared(
      `UPDATE people SET joined_at = ?1, waiting = NULL, kept_until = ?4 WHERE id IN (
         SELECT id FROM people WHERE event = ?2 AND waiting IS NOT NULL ORDER BY waiting LIMIT max(0, ?3 - ${TAKEN}))`,
    ),
    sit: await prepared(
      `INSERT INTO people (id, event, name, listed, joined_at, visitor)
       SELECT ?1, ?2, ?3, 0, ?4, ?5 WHERE ${TAKEN} < ?6 ON CONFLICT DO NOTHING`,
    ),
    wait: await prepared(
      `INSERT INTO people (id, event, name, listed, visitor, waiting)
       SELECT ?1, ?2, ?3, 0, ?4, ${NEXT} WHERE ${WAITING} < ?5 ON CONFLICT DO NOTHING`,
    ),
    // A browser that cannot become somebody else stays whose it was.
    leave: await prepared(
      `UPDATE people SET visitor = NULL, waiting = NULL WHERE event = ?2 AND visitor = ?3 AND EXISTS (
         SELECT 1 FROM people AS chosen WHERE chosen.id = ?1 AND chosen.event = ?2 AND chosen.listed = 1
           AND (chosen.joined_at IS NOT NULL OR ${TAKEN} < ?4))`,
    ),
    choose: await prepared(
      `UPDATE people SET joined_at = coalesce(joined_at, ?3), waiting = NULL, visitor = ?4
       WHERE id = ?1 AND event = ?2 AND listed = 1 AND (joined_at IS NOT NULL OR ${TAKEN} < ?5)`,
    ),
    // Nobody gives a seat away for a place in the queue.
    leaveToWait: await prepared(
      `UPDATE people SET visitor = NULL, waiting = NULL
       WHERE event = ?2 AND visitor = ?3 AND id <> ?1 AND joined_at IS NULL AND EXISTS (
         SELECT 1 FROM people AS chosen WHERE chosen.id = ?1 AND chosen.event = ?2 AND chosen.listed = 1
           AND (chosen.waiting IS NOT NULL OR ${WAITING} < ?4))`,
    ),
    waitListed: await prepared(
      `UPDATE people SET waiting = coalesce(waiting, ${NEXT}), visitor = ?3
       WHERE id = ?1 AND event = ?2 AND listed = 1 AND joined_at IS NULL AND (waiting IS NOT NULL OR ${WAITING} < ?4)
         AND NOT EXISTS (SELECT 1 FROM people AS own WHERE own.event = ?2 AND own.visitor = ?3 AND own.id <> ?1)`,
    ),
    forgetScore: await prepared(
      `DELETE FROM scores WHERE person IN (
         SELECT id FROM people WHERE id = ? AND waiting IS NOT NULL AND listed = 0)`,
    ),
    forget: await prepared("DELETE FROM people WHERE id = ? AND waiting IS NOT NULL AND listed = 0"),
    rest: await prepared(
      "UPDATE people SET visitor = NULL, waiting = NULL WHERE id = ? AND waiting IS NOT NULL",
    ),
    holdSeat: await prepared(
      `UPDATE people SET kept_until = CASE WHEN kept_until IS NULL THEN NULL ELSE ?2 END
       WHERE id = ?1 AND joined_at IS NOT NULL`,
    ),
    moveKeptSeats: await prepared("UPDATE people SET kept_until = kept_until + ?"),
    seatOutOfTurn: await prepared(
      "UPDATE people SET joined_at = ?2, waiting = NULL, kept_until = ?3 WHERE id = ?1 AND waiting IS NOT NULL",
    ),
  };
}

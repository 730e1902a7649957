import type { StepOutcome } from "../../workshop/common/event-results.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import type { Prepare, Statement } from "./people-database.js";
import type { WriteQueue } from "./write-queue.js";

/** What people came to. */
export function outcomesIn(
  queue: WriteQueue,
  statements: Awaited<ReturnType<typeof prepareOutcomes>>,
): Pick<PeopleStore, "noteTry" | "noteHints" | "outcomes" | "outcomesOf"> {
  const outcomes = async (statement: Statement, whose: string) =>
    ((await queue.read(() => statement.all(whose))) as OutcomeRow[]).map(outcomeOf);
  return {
    noteTry: ({ session, page, step, number, verdict, at }) =>
      queue.write(() => {
        const [failures, doneAt] = [verdict === "failed" ? 1 : 0, verdict === "done" ? at : null];
        statements.noteTry.run(session, page, step, number, failures, at, doneAt);
      }),
    noteHints: ({ session, page, step, number, hints, at }) =>
      queue.write(() => void statements.noteHints.run(session, page, step, number, hints, at)),
    outcomes: (event) => outcomes(statements.outcomes, event),
    outcomesOf: (person) => outcomes(statements.outcomesOf, person),
  };
}

/** The statements of `outcomesIn`, and those that remove what it knows. */
export async function prepareOutcomes(prepared: Prepare) {
  const outcome =
    "SELECT person, page, step, number, tries, failures, hints, first_at, done_at FROM outcomes";
  return {
    noteTry: await prepared(
      `INSERT INTO outcomes (person, event, page, step, number, tries, failures, first_at, done_at)
       SELECT id, event, ?2, ?3, ?4, 1, ?5, ?6, ?7 FROM people WHERE session = ?1
       ON CONFLICT DO UPDATE SET number = excluded.number, tries = tries + 1,
         failures = failures + excluded.failures, done_at = coalesce(done_at, excluded.done_at)`,
    ),
    noteHints: await prepared(
      `INSERT INTO outcomes (person, event, page, step, number, tries, failures, first_at, hints)
       SELECT id, event, ?2, ?3, ?4, 0, 0, ?6, ?5 FROM people WHERE session = ?1
       ON CONFLICT DO UPDATE SET hints = max(hints, excluded.hints)`,
    ),
    outcomes: await prepared(`${outcome} WHERE event = ? ORDER BY person, page, number`),
    outcomesOf: await prepared(`${outcome} WHERE person = ? ORDER BY page, number`),
    removeOutcomes: await prepared("DELETE FROM outcomes WHERE person = ?"),
    removeOutcomesOf: await prepared("DELETE FROM outcomes WHERE event = ?"),
  };
}

interface OutcomeRow {
  person: string;
  page: string;
  step: string;
  number: number;
  tries: number;
  failures: number;
  hints: number;
  first_at: number;
  done_at: number | null;
}

function outcomeOf(row: OutcomeRow): StepOutcome {
  const { person, page, step, number, tries, failures, hints, first_at: firstAt, done_at: doneAt } = row;
  const outcome: StepOutcome = { person, page, step, number, tries, failures, firstAt };
  return {
    ...outcome,
    ...(hints > 0 && { hints }),
    ...(doneAt === null ? {} : { doneAt }),
  };
}

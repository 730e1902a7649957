import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { eventResults, hardestSteps, resultsCsv, type ResultParts } from "./event-results.js";

const JOINED = Date.UTC(2026, 10, 28, 14);
const MINUTE_MS = 60_000;

const parts: ResultParts = {
  event: "day",
  lab: "lab",
  title: "Lab",
  from: new Date(JOINED).toISOString(),
  until: new Date(JOINED + 60 * MINUTE_MS).toISOString(),
  pages: [
    { name: "one", title: "Page one", steps: ["a", "b"] },
    { name: "two", title: "Page two", steps: ["c"] },
  ],
  people: [
    { id: "ada", name: '=cmd|"calc"', joinedAt: new Date(JOINED).toISOString() },
    { id: "grace", name: "Grace, Hopper", joinedAt: new Date(JOINED).toISOString() },
    { id: "alan", name: "Alan" },
  ],
  asksFeedback: true,
  outcomes: [
    outcome("ada", "one", "a", { tries: 3, failures: 2, doneAt: 2 }),
    outcome("ada", "one", "b", { tries: 1, failures: 0, doneAt: 7 }),
    outcome("grace", "one", "a", { tries: 2, failures: 2 }),
    outcome("grace", "two", "gone", { tries: 1, failures: 0, doneAt: 4 }),
    outcome("removed", "one", "a", { tries: 9, failures: 9 }),
  ],
};

describe("results of an event", () => {
  const results = eventResults(parts);

  it("say for each person and step what came of it, and how long it took since the one before", () => {
    const [ada, grace, alan] = results.people;
    expect(ada).toMatchObject({ done: 2 });
    expect(ada?.steps.map(({ state, takenMs }) => [state, takenMs])).toEqual([
      ["done", 2 * MINUTE_MS],
      ["done", 5 * MINUTE_MS],
      ["open", undefined],
      ["open", undefined],
    ]);
    expect(grace?.steps.map(({ state, tries }) => [state, tries])).toEqual([
      ["tried", 2],
      ["open", 0],
      ["open", 0],
      ["done", 1],
    ]);
    expect(alan).toMatchObject({ done: 0 });
    expect(alan).not.toHaveProperty("joinedAt");
  });

  it("name steps that the lab has no more behind those it has", () => {
    expect(results.steps.map(({ page, step, number }) => [page, step, number])).toEqual([
      ["one", "a", 1],
      ["one", "b", 2],
      ["two", "c", 1],
      ["two", "gone", 1],
    ]);
  });

  it("rank steps by failures, then by time, without those nobody tried", () => {
    const ranked = hardestSteps(results.steps);
    expect(ranked.map(({ step, failures }) => [step, failures])).toEqual([
      ["a", 4],
      ["b", 0],
      ["gone", 0],
    ]);
    expect(ranked[0]).toMatchObject({ triedBy: 2, doneBy: 1, medianMs: 2 * MINUTE_MS });
  });

  it("have what people say of the event, unless they were not asked and said nothing", () => {
    const [ada, grace] = parts.people;
    const said = { rating: 2, comment: "=1+1" };
    const people = [
      { ...ada, feedback: said },
      { ...grace, feedback: { rating: 5 } },
    ] as ResultParts["people"];
    const answered = eventResults({ ...parts, people, asksFeedback: false });
    expect(answered.feedback).toEqual({ answers: 2, counts: [0, 1, 0, 0, 1], mean: 3.5 });
    expect(answered.people[0]?.feedback).toEqual(said);
    expect(resultsCsv(answered)).toContain(`,2,"'=1+1"\r\n`);
    const formulas = ["=1+1\nmore", "\n=1", "＝1+1", "@a\r\nb"].map((comment) =>
      eventResults({ ...parts, people: [{ id: "ada", name: "Ada", feedback: { rating: 1, comment } }] }),
    );
    for (const formula of formulas) expect(resultsCsv(formula)).toMatch(/,1,"'[=\n＝@]/);
    expect(results.feedback).toEqual({ answers: 0, counts: [0, 0, 0, 0, 0] });
    expect(eventResults({ ...parts, asksFeedback: false })).not.toHaveProperty("feedback");
  });

  it("count hints, also of who has tried nothing", () => {
    const { steps, people } = eventResults({
      ...parts,
      outcomes: [
        { ...outcome("ada", "one", "a", { tries: 1, failures: 1 }), hints: 2 },
        { ...outcome("grace", "one", "a", { tries: 0, failures: 0 }), hints: 1 },
      ],
    });
    expect(people.map((person) => person.steps[0])).toMatchObject([
      { state: "tried", hints: 2 },
      { state: "open", hints: 1 },
      { state: "open", hints: 0 },
    ]);
    expect(steps[0]).toMatchObject({ triedBy: 1, hints: 3 });
  });

  it("are a table in which no name is a formula or another column", () => {
    const lines = resultsCsv(results).trimEnd().split("\r\n");
    expect(lines[0]).toBe("name,page,step,state,tries,failures,seconds,joined,hints,rating,comment");
    expect(lines[1]).toBe(`"'=cmd|""calc""",one,1,done,3,2,120,${new Date(JOINED).toISOString()},0,,`);
    expect(lines[5]).toMatch(/^"Grace, Hopper",one,1,tried,2,2,,/);
    expect(lines).toHaveLength(13);
  });

  it.each([",", ";", "\t"])(
    "are a table without formulas also for a spreadsheet whose cells end at %j",
    (delimiter) => {
      const formula = `=cmd|'/C calc'!A0`;
      const typed = [";", "\t", "\n", "\r\n", ",", '"', "; ", ';"', ";;"].map(
        (sign) => `Ada${sign}${formula}`,
      );
      const people = typed.flatMap((name, at) => [
        { id: `n${String(at)}`, name },
        { id: `c${String(at)}`, name: "Ada", feedback: { rating: 5, comment: name } },
      ]);
      const cells = Papa.parse<string[]>(resultsCsv(eventResults({ ...parts, people })), {
        delimiter,
      }).data.flat();
      // Semicolons within quotes that begin in the middle of a cell end it; lines do so too.
      const pieces = cells.flatMap((cell) => (delimiter === "," ? [cell] : cell.split(/[;\t\r\n]/)));
      expect(pieces.filter((cell) => /^[\s"]*[=+\-@]/.test(cell))).toEqual([]);
    },
  );
});

/** `doneAt` in minutes from the coming. */
function outcome(
  person: string,
  page: string,
  step: string,
  { tries, failures, doneAt }: { tries: number; failures: number; doneAt?: number },
) {
  const done = doneAt === undefined ? {} : { doneAt: JOINED + doneAt * MINUTE_MS };
  return { person, page, step, number: 0, tries, failures, firstAt: JOINED, ...done };
}

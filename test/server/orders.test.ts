import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import { EventText } from "../../workshop/common/event-text.js";
import type { InstructorRow, Order, OrderEvent, OrderOutcome } from "../../workshop/common/instructor-api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, serverPid } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { runCli, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const MINUTE_MS = 60_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;
let event: EventRow;
/** Two of the event, and one that is not. */
let learners: { browser: BrowserSession; id: string }[];

beforeAll(async () => {
  if (isWithout("kubectl")) return;
  ({ lectern, instructor } = await startInstructed(data, ["--lab", writeLab(folder.path)]));
  event = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", {
    lab: "slow-steps",
    from: new Date().toISOString(),
    until: new Date(Date.now() + 2 * 60 * MINUTE_MS).toISOString(),
    seats: 5,
    minutes: 60,
  });
  const alone = new BrowserSession(lectern.url);
  const { id } = await alone.startLab("slow-steps");
  learners = [await joined("Ada"), await joined("Grace"), { browser: alone, id }];
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe.skipIf(isWithout("kubectl"))("an order of the instructor", () => {
  it("tells those of an event, and nobody else, with a command that waits for their click", async () => {
    const told = await order({
      to: { event: event.name },
      do: { type: "announce", text: "Look at <b>this</b>", command: "echo hello" },
    });
    expect(told.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    const [ada, grace, alone] = await views();
    expect(ada?.announcement).toMatchObject({ text: "Look at <b>this</b>", command: "echo hello" });
    expect(grace?.announcement?.id).toBe(ada?.announcement?.id);
    expect([alone?.announcement, ada?.results]).toEqual([undefined, []]);
  });

  it("asks all of them from the command line, and has each learner's own answer in the list", async () => {
    const asked = await cli("message", "Is everyone at page 3?", "--ask", "--all");
    expect(asked.match(/is told/g)).toHaveLength(3);
    const [ada] = await views();
    // What the message before it had besides is gone.
    expect(ada?.announcement?.command).toBeUndefined();
    const id = ada?.announcement?.id ?? "";
    for (const [at, answer] of ["yes", "no"].entries())
      await learners[at]?.browser.json("POST", answerPath(at), { id, answer });
    const wrong = await learners[2]?.browser.call("POST", answerPath(2), { id: "before", answer: "yes" });
    expect([wrong?.status, wrong?.text]).toEqual([
      409,
      expect.stringContaining("SESSION_ANNOUNCEMENT_CHANGED"),
    ]);
    expect((await learners[1]?.browser.call("POST", answerPath(0), { id, answer: "no" }))?.status).toBe(401);
    const rows = await until("the answers are there", 60_000, async () => {
      const found = JSON.parse(await cli("list", "--json")) as InstructorRow[];
      return found.filter(({ announcement }) => announcement?.answer !== undefined).length === 2
        ? found
        : undefined;
    });
    const answers = learners.map(
      (learner) => rows.find((row) => row.id === learner.id)?.announcement?.answer,
    );
    expect(answers).toEqual(["yes", "no", undefined]);
  });

  it("lets time stand still until a moment that all see, also when the server is killed, and go on before", async () => {
    const before = await views();
    await cli("pause", "--minutes", "30", "--event", event.name);
    const paused = await views();
    const [until0, until1, none] = paused.map(({ pausedUntil }) => pausedUntil);
    expect([until0 === until1, none]).toEqual([true, undefined]);
    for (const at of [0, 1]) {
      const added = endOf(paused[at]) - endOf(before[at]);
      // As much as the pause lasts from the moment it was asked for in this session.
      expect(added).toBeGreaterThan(28 * MINUTE_MS);
      expect(added).toBeLessThanOrEqual(30 * MINUTE_MS);
    }
    const pid = serverPid(data);
    process.kill(pid, "SIGKILL");
    const [again] = await until("the server is back", 60_000, () =>
      serverPid(data) === pid ? undefined : views().catch(() => undefined),
    );
    expect(again?.pausedUntil).toBe(until0);
    // A pause in the place of the one before is no second one.
    await cli("pause", "--minutes", "30", learners[0]?.id ?? "");
    const [longer] = await views();
    expect(endOf(longer) - endOf(again)).toBe(
      Date.parse(longer?.pausedUntil ?? "") - Date.parse(again?.pausedUntil ?? ""),
    );
    // Two long pauses are none of the learner's own extensions.
    await cli("pause", "--minutes", "240", learners[0]?.id ?? "");
    expect((await views())[0]?.canExtend).toBe(true);
    await cli("resume", "--all");
    const [resumed, , untouched] = await views();
    expect(resumed?.pausedUntil).toBeUndefined();
    // What is left is less than before by what went by without a pause, and not by the pause.
    expect(endOf(resumed) - endOf(before[0])).toBeLessThan(10 * MINUTE_MS);
    expect(endOf(resumed)).toBeGreaterThanOrEqual(endOf(before[0]));
    expect(endOf(untouched)).toBe(endOf(before[2]));
  });

  it("gives all more time at once, and two instructors who do so together give it twice", async () => {
    const before = await views();
    await Promise.all([cli("extend", "--all", "--minutes", "10"), cli("extend", "--all", "--minutes", "10")]);
    const after = await views();
    expect(after.map((view, at) => endOf(view) - endOf(before[at]))).toEqual(
      learners.map(() => 20 * MINUTE_MS),
    );
  });

  it("gives a learner time once where their page asks again because the answer was lost", async () => {
    const [learner] = learners;
    const [before] = await views();
    const path = `api/sessions/${learner?.id ?? ""}/extend`;
    const ask = () => learner?.browser.json<SessionView>("POST", path, { id: "asked-again" });
    const answers = [...(await Promise.all([ask(), ask()])), await ask()];
    const end = endOf(before) + (before?.extensionMinutes ?? 0) * MINUTE_MS;
    expect(answers.map(endOf)).toEqual([end, end, end]);
    expect((await learner?.browser.call("POST", path, { id: "no" }))?.status).toBe(400);
  });

  it("gives time once where it is given again because its answer was lost, as often and as much at once as that may be", async () => {
    const before = await views();
    const extend = { id: "given-again", to: { all: true }, do: { type: "extend", minutes: 10 } } as const;
    await Promise.all([order(extend), order(extend)]);
    await cli("extend", "--all", "--minutes", "5");
    await order(extend);
    const after = await views();
    expect(after.map((view, at) => endOf(view) - endOf(before[at]))).toEqual(
      learners.map(() => 15 * MINUTE_MS),
    );
  });

  it("is told of session by session to who wants it", async () => {
    const wanted = { to: { all: true }, do: { type: "extend", minutes: 1 } };
    const accept = { accept: "text/event-stream" };
    const { text } = await instructor.call("POST", "api/instructor/orders", wanted, accept);
    const events = new EventText<OrderEvent>().take(text);
    expect(events[0]).toEqual({ type: "begun", sessions: 3 });
    expect(events.at(-1)).toEqual({ type: "done" });
    const reached = events.flatMap((told) => (told.type === "outcome" ? [told.outcome.id] : []));
    expect(reached.toSorted()).toEqual(learners.map(({ id }) => id).toSorted());
  });

  it("ends all with a warning, which more time takes back, and says what it could not do", async () => {
    await cli("end", "--in", "5", "--event", event.name);
    const [ada, , alone] = await views();
    expect(endOf(ada)).toBeLessThanOrEqual(Date.now() + 5 * MINUTE_MS);
    expect(ada?.announcement?.text).toMatch(/^Your session ends in \d min\./);
    expect(endOf(alone)).toBeGreaterThan(Date.now() + 5 * MINUTE_MS);
    // Its learner cannot put off what the instructor has said.
    expect(ada?.canExtend).toBe(false);
    const refused = await learners[0]?.browser.call("POST", `api/sessions/${learners[0].id}/extend`);
    expect([refused?.status, refused?.text]).toEqual([409, expect.stringContaining("ask your instructor")]);
    const outcomes = await order({
      to: { sessions: [learners[0]?.id ?? "", "nobody-bcdfgh"] },
      do: { type: "extend", minutes: 60 },
    });
    expect(outcomes.map(({ problem }) => problem !== undefined)).toEqual([false, true]);
    const [again, grace] = await views();
    expect(endOf(again)).toBeGreaterThan(Date.now() + 55 * MINUTE_MS);
    // What is no longer true is not said any more, and what is true is.
    expect(again?.announcement).toBeUndefined();
    expect(grace?.announcement?.text).toMatch(/^Your session ends in \d min\./);
    await cli("pause", "--minutes", "5", learners[1]?.id ?? "");
    expect((await views())[1]?.announcement).toBeUndefined();
    const unclear = await runCli(["session", "pause", "--minutes", "5", "--data", data]);
    expect([unclear.status === 0, unclear.output]).toEqual([
      false,
      expect.stringContaining("Say for which sessions"),
    ]);
  });

  it("of two instructors who end and extend at once is done one after the other, and the end fits what is said of it", async () => {
    await cli("resume", "--all");
    const to = { event: event.name };
    for (let turn = 0; turn < 3; turn += 1) {
      const outcomes = await Promise.all([
        order({ to, do: { type: "end", minutes: 5 } }),
        order({ to, do: { type: "extend", minutes: 60 } }),
      ]);
      expect(outcomes.flat().map(({ problem }) => problem)).toEqual(
        Array.from({ length: 4 }, () => undefined),
      );
      for (const view of (await views()).slice(0, 2)) {
        const left = endOf(view) - Date.now();
        const isEnding = left <= 5 * MINUTE_MS;
        expect(isEnding || left > 55 * MINUTE_MS).toBe(true);
        const isTold = /^Your session ends in \d min\./.test(view.announcement?.text ?? "");
        expect([isTold, isEnding && view.canExtend]).toEqual([isEnding, false]);
      }
    }
  });

  it("also ends a session that nobody has opened, whose time counts from then on", async () => {
    const id = (await made()).id;
    await cli("message", "Are you there?", "--ask", id);
    expect((await cli("list")).split("\n").find((line) => line.includes(id))).toMatch(
      /not opened yet; its link is good until .*; asked: no answer yet/,
    );
    await cli("end", "--in", "5", id);
    const learner = new BrowserSession(lectern.url);
    const { link = "" } = (await rowOf(id)) ?? {};
    expect((await learner.open(link)).status).toBe(204);
    const opened = await learner.json<SessionView>("GET", `api/sessions/${id}`);
    expect(endOf(opened)).toBeLessThanOrEqual(Date.now() + 5 * MINUTE_MS);
    await cli("extend", "--minutes", "30", id);
    const extended = await learner.json<SessionView>("GET", `api/sessions/${id}`);
    expect(endOf(extended) - endOf(opened)).toBe(30 * MINUTE_MS);
  });

  it("is an instructor's alone", async () => {
    const refused = await learners[0]?.browser.call("POST", "api/instructor/orders", {
      to: { all: true },
      do: { type: "resume" },
    });
    expect(refused?.status).toBe(401);
  });
});

async function made(): Promise<InstructorRow> {
  const output = await cli("create", "--lab", "slow-steps");
  const [id = ""] = /slow-steps-[a-z0-9]+/.exec(output) ?? [];
  return until(`${id} is active`, 60_000, async () => {
    const row = await rowOf(id);
    return row?.phase === "Active" ? row : undefined;
  });
}

async function rowOf(id: string): Promise<InstructorRow | undefined> {
  return (JSON.parse(await cli("list", "--json")) as InstructorRow[]).find((row) => row.id === id);
}

async function joined(name: string): Promise<{ browser: BrowserSession; id: string }> {
  const browser = new BrowserSession(lectern.url);
  const token = new URL(event.link).hash.replace("#join=", "");
  await browser.json("POST", `api/events/${event.name}/admission`, { token });
  const { id } = await browser.json<SessionView>("POST", `api/events/${event.name}/join`, { name });
  await until(`${name}'s session is active`, 60_000, async () =>
    (await browser.json<SessionView>("GET", `api/sessions/${id}`)).phase === "Active" ? true : undefined,
  );
  return { browser, id };
}

function views(): Promise<SessionView[]> {
  return Promise.all(
    learners.map(({ browser, id }) => browser.json<SessionView>("GET", `api/sessions/${id}`)),
  );
}

function order(wanted: Order): Promise<OrderOutcome[]> {
  return instructor.json("POST", "api/instructor/orders", wanted);
}

function answerPath(at: number): string {
  return `api/sessions/${learners[at]?.id ?? ""}/announcement/answer`;
}

function endOf(view: SessionView | undefined): number {
  return Date.parse(view?.expiresAt ?? "");
}

async function cli(...words: string[]): Promise<string> {
  const { status, output } = await runCli(["session", ...words, "--data", data]);
  if (status !== 0) throw new Error(output);
  return output;
}

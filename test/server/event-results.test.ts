import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeOldEvents } from "../../server/event/people-sweep.js";
import { openPeopleDatabase } from "../../server/store/people-database.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { EventResults } from "../../workshop/common/event-results.js";
import type { OwnResults } from "../../workshop/common/own-results.js";
import { createEvent, listEvents } from "../../workshop/node/events.js";
import { BrowserSession } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { runCli, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

interface Statement {
  actor: { name: string };
  verb: { display: { "en-US": string } };
}

const DAY_MS = 24 * 3_600_000;
const LOOK = "<p>Look at <strong>true</strong>.</p>\n";
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  ({ lectern, instructor } = await startInstructed(data, ["--lab", writeLab(folder.path)]));
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("what people of an event came to", () => {
  it("outlives their sessions, in every format, until they are removed", async () => {
    const times = { from: new Date().toISOString(), until: new Date(Date.now() + DAY_MS).toISOString() };
    const wanted = { lab: "slow-steps", seats: 3, ...times };
    const event = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", wanted);
    const learner = new BrowserSession(lectern.url);
    const token = new URL(event.link).hash.replace("#join=", "");
    await learner.json("POST", `api/events/${event.name}/admission`, { token });
    const { id } = await learner.json<SessionView>("POST", `api/events/${event.name}/join`, {
      name: "Ada & <co>",
    });
    const session = await until("the session is active", 60_000, async () => {
      const view = await learner.json<SessionView>("GET", `api/sessions/${id}`);
      return view.phase === "Active" ? view : undefined;
    });
    const steps = session.pages[0]?.steps ?? [];
    for (const step of [steps[0], steps[3], steps[3]]) await ran(learner, session, step ?? "");
    const at = `api/instructor/workshop-events/${event.name}`;
    const hint = `api/sessions/${id}/pages/slow-steps/steps/${steps[3] ?? ""}/hints`;
    expect(await instructor.json("POST", `${hint}/0`)).toEqual({ html: LOOK });
    expect(await learner.json("POST", `${hint}/0`)).toEqual({ html: LOOK });
    expect((await learner.call("POST", `${hint}/1`)).status).toBe(409);
    expect((await new BrowserSession(lectern.url).call("POST", `${hint}/0`)).status).toBe(401);
    const before = await until("both verdicts and the hint are counted", 60_000, async () => {
      const now = await instructor.json<EventResults>("GET", `${at}/results`);
      const { tries = 0, hints = 0 } = now.people[0]?.steps[3] ?? {};
      return tries === 2 && hints > 0 ? now : undefined;
    });
    expect(before.people[0]).toMatchObject({ name: "Ada & <co>", done: 1 });
    expect(before.people[0]?.steps.map(({ state, failures, hints }) => [state, failures, hints])).toEqual([
      ["done", 0, 0],
      ["open", 0, 0],
      ["open", 0, 0],
      ["tried", 2, 1],
    ]);
    expect(before.feedback).toEqual({ answers: 0, counts: [0, 0, 0, 0, 0] });
    await instructor.call("DELETE", `api/instructor/sessions/${id}`);
    await until("the session is gone", 60_000, async () =>
      (await learner.call("GET", `api/sessions/${id}`)).status === 404 ? true : undefined,
    );
    expect(await instructor.json("GET", `${at}/results`)).toEqual(before);
    const own = await learner.json<OwnResults>("GET", `api/events/${event.name}/own-results`);
    expect(own).toMatchObject({ name: "Ada & <co>", done: 1, event: event.name, from: event.from });
    expect(own.steps.map(({ state, number }) => [state, number])).toEqual([
      ["done", 1],
      ["open", 2],
      ["open", 3],
      ["tried", 4],
    ]);
    const other = new BrowserSession(lectern.url);
    expect((await other.call("GET", `api/events/${event.name}/own-results`)).status).toBe(401);
    await other.json("POST", `api/events/${event.name}/admission`, { token });
    expect((await other.call("GET", `api/events/${event.name}/own-results`)).status).toBe(404);
    const say = (who: BrowserSession, body: object) =>
      who.call("PUT", `api/events/${event.name}/feedback`, body);
    for (const wrong of [{}, { rating: 0 }, { rating: 2.5 }, { rating: 5, comment: "x".repeat(501) }])
      expect((await say(learner, wrong)).status).toBe(400);
    expect((await say(other, { rating: 1 })).status).toBe(404);
    expect((await say(new BrowserSession(lectern.url), { rating: 1 })).status).toBe(401);
    // Their session is over by now.
    const said = { rating: 4, comment: "More of <b>step 4</b>" };
    expect((await say(learner, { rating: 1, comment: "\0\u{1b}[2J\ud800\u202e" })).status).toBe(204);
    expect((await learner.json<OwnResults>("GET", `api/events/${event.name}/own-results`)).feedback).toEqual({
      rating: 1,
      comment: "\ufffd\ufffd[2J\ufffd\ufffd",
    });
    expect((await say(learner, said)).status).toBe(204);
    before.feedback = { answers: 1, counts: [0, 0, 0, 1, 0], mean: 4 };
    expect(await instructor.json("GET", `${at}/results`)).toMatchObject({
      feedback: before.feedback,
      people: [{ feedback: said }],
    });
    Object.assign(before.people[0] ?? {}, { feedback: said });
    expect(await results(event.name, "csv")).toMatch(
      /^Ada & <co>,slow-steps,4,tried,2,2,,.*,1,4,More of <b>step 4<\/b>/m,
    );
    expect(JSON.parse(await results(event.name, "json"))).toEqual(before);
    const junit = await results(event.name, "junit");
    expect(junit).toContain('<testsuite name="Ada &amp; &lt;co&gt;" tests="4" failures="1" skipped="2"');
    const statements = JSON.parse(await results(event.name, "xapi")) as Statement[];
    expect(statements.map(({ actor, verb }) => [actor.name, verb.display["en-US"]])).toEqual([
      ["Ada & <co>", "completed"],
      ["Ada & <co>", "attempted"],
    ]);
    expect(JSON.parse(await results(event.name, "xapi"))).toEqual(statements);
    expect((await new BrowserSession(lectern.url).call("GET", `${at}/results`)).status).toBe(401);
    await instructor.call("DELETE", `${at}/people/${before.people[0]?.id ?? ""}`);
    expect(await results(event.name, "json")).not.toContain("Ada");
    expect((await learner.call("GET", `api/events/${event.name}/own-results`)).status).toBe(404);
  });

  it("is not asked for where the event says so", async () => {
    const end = new Date(Date.now() + DAY_MS).toISOString();
    const made = await runCli(
      [
        "event",
        "create",
        "--lab",
        "slow-steps",
        "--name",
        "quiet-day",
        "--until",
        end,
        "--no-feedback",
      ].concat("--data", data),
    );
    expect(made.output).toContain("quiet-day");
    const event = await instructor.json<EventRow>("GET", "api/instructor/workshop-events/quiet-day");
    expect(event.feedback).toBe(false);
    const learner = new BrowserSession(lectern.url);
    const token = new URL(event.link).hash.replace("#join=", "");
    await learner.json("POST", "api/events/quiet-day/admission", { token });
    const answer = await learner.call("PUT", "api/events/quiet-day/feedback", { rating: 5 });
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining("are not asked how it was")]);
    expect(
      await instructor.json("GET", "api/instructor/workshop-events/quiet-day/results"),
    ).not.toHaveProperty("feedback");
  });

  it("is kept for the days the operator says, and not beyond its event", async () => {
    const client = clientOf(join(data, "cluster", "kubeconfig"));
    const people = await openPeopleDatabase(join(folder.path, "swept.db"));
    try {
      const made = async (name: string, daysAgo: number) => {
        const end = Date.now() - daysAgo * DAY_MS;
        const times = { from: new Date(end - DAY_MS).toISOString(), until: new Date(end).toISOString() };
        const event = await createEvent(client, name, { lab: "slow-steps", seats: 1, ...times });
        await people.addListed(event?.metadata.uid ?? "", [{ id: randomUUID(), name }]);
        return event?.metadata.uid ?? "";
      };
      const [old, recent] = [await made("long-over", 31), await made("just-over", 29)];
      await people.addListed("deleted by kubectl", [{ id: randomUUID(), name: "Nobody" }]);
      await removeOldEvents({ client, people, keptDays: 30 }, Date.now());
      expect(await people.events()).toEqual([recent]);
      const names = (await listEvents(client)).map(({ metadata }) => metadata.name);
      expect([names.includes("long-over"), names.includes("just-over"), old]).toEqual([false, true, old]);
    } finally {
      await people.close();
      client.close();
    }
  });
});

async function ran(learner: BrowserSession, { id }: SessionView, step: string): Promise<void> {
  await learner.json<StepResult>("POST", `api/sessions/${id}/pages/slow-steps/steps/${step}/run`);
  await until("the step has its verdict", 60_000, async () => {
    const view = await learner.json<SessionView>("GET", `api/sessions/${id}`);
    const state = view.results.find((result) => result.step === step)?.state;
    return state === "queued" || state === "running" ? undefined : state;
  });
}

async function results(event: string, format: string): Promise<string> {
  const { status, output } = await runCli(["results", event, "--format", format, "--data", data]);
  expect([status, output]).toEqual([0, output]);
  return output;
}

function clientOf(kubeconfig: string): KubernetesClient {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return new KubernetesClient(config);
}

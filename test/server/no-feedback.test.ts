import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AccountView } from "../../workshop/common/account-api.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { OwnResults } from "../../workshop/common/own-results.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const HOUR_MS = 3_600_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
const flags = ["--lab", writeLab(folder.path), "--start", "instructor"];
let lectern: LecternProcess;

beforeAll(async () => {
  lectern = await startLectern(data, flags);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

it("an installation that asks nobody how it was holds for events that would, and still shows what was said before", async () => {
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  const made = await runCli([
    "event",
    "create",
    "--lab",
    "slow-steps",
    "--until",
    until,
    "--json",
    "--data",
    data,
  ]);
  const event = JSON.parse(made.output) as EventRow;
  const ada = new BrowserSession(lectern.url);
  const token = new URL(event.link).hash.replace("#join=", "");
  await ada.json("POST", `api/events/${event.name}/admission`, { token });
  await ada.json<SessionView>("POST", `api/events/${event.name}/join`, { name: "Ada" });
  const own = `api/events/${event.name}/own-results`;
  expect((await ada.json<OwnResults>("GET", own)).asksFeedback).toBe(true);
  expect(await ada.json<AccountView>("GET", "api/account")).not.toHaveProperty("feedback");
  const said = await ada.call("PUT", `api/events/${event.name}/feedback`, { rating: 4 });
  expect(said.status).toBe(204);
  await lectern.stop("SIGTERM");
  lectern = await startLectern(data, [...flags, "--no-feedback"]);
  const again = ada.at(lectern.url);
  expect((await again.json<OwnResults>("GET", own)).asksFeedback).toBe(false);
  expect((await again.json<AccountView>("GET", "api/account")).feedback).toBe(false);
  const refused = await again.call("PUT", `api/events/${event.name}/feedback`, { rating: 1 });
  expect([refused.status, refused.text]).toEqual([404, expect.stringContaining("are not asked how it was")]);
  const instructor = new BrowserSession(lectern.url);
  await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
  const results = `api/instructor/workshop-events/${event.name}/results`;
  expect(await instructor.json("GET", results)).toMatchObject({ feedback: { answers: 1, mean: 4 } });
});

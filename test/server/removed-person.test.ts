import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventDetail, EventRow, EventView } from "../../workshop/common/event-api.js";
import { dataPaths, readEnvironment } from "../../server/config.js";
import { findKubectl } from "../../server/supervisor/preflight.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";
import { enterByLaunch } from "./lti-launch.js";
import { CLAIM, LtiPlatform, writeRegistration } from "./lti-platform.js";

const DEADLINE_MS = 60_000;
/** Words that stand nowhere else, of which each store could keep one. */
const WORDS = {
  name: "Wanda Unmistakable",
  subject: "subject-7f3a91c2",
  line: "gradebook-line-51d0",
  help: "my screen sings quietly",
  notes: "remember the purple giraffe",
  comment: "more accordions please",
  waiting: "Quentin Nevercame",
};
const folder = temporaryFolder();
const data = join(folder.path, "data");
const platform = new LtiPlatform();
let lectern: LecternProcess;
let operator: BrowserSession;

describe.skipIf(isWithout("kubectl"))("a person who is removed", () => {
  beforeAll(async () => {
    await platform.start();
    const lti = writeRegistration(folder.path, platform, "anna");
    const flags = [
      "--lab",
      writeLab(folder.path),
      "--start",
      "instructor",
      "--lti",
      lti,
      "--keep-recordings",
    ];
    lectern = await startLectern(data, flags);
    platform.toolKeys = `${lectern.url}lti/keys`;
    operator = new BrowserSession(lectern.url);
    await operator.json("POST", "api/instructor/login", { token: instructorToken(data) });
    await operator.json<IssuedToken>("POST", "api/instructor/tokens", { name: "anna", role: "instructor" });
  });
  afterAll(async () => {
    await lectern?.stop();
    platform.stop();
    folder.remove();
  });

  it("is in no file of the data directory, log or object of the cluster any more, nor is what they said and did", async () => {
    const wanda = await entered();
    await leavesTraces(wanda);
    const { name: event } = wanda;
    await waits(event);
    const before = traces();
    for (const [what, word] of Object.entries(WORDS))
      // Each was kept somewhere, or finding it nowhere would say nothing.
      expect([what, before.some(({ words }) => words.includes(word))]).toEqual([what, true]);
    const { people } = await detail(event);
    for (const { id } of people)
      await operator.json("DELETE", `api/instructor/workshop-events/${event}/people/${id}`);
    await until("the session is gone", DEADLINE_MS, async () =>
      (await wanda.browser.call("GET", `api/sessions/${wanda.session.id}`)).status === 404 ? true : undefined,
    );
    await expect.poll(traces, { timeout: DEADLINE_MS, interval: 1_000 }).toEqual([]);
    const objects = everyObject();
    expect(objects.length).toBeGreaterThan(1_000);
    for (const word of [...Object.values(WORDS), wanda.session.id]) expect(objects).not.toContain(word);
    // Within a minute, or as soon as anybody looks at what is kept.
    await operator.json("GET", `api/instructor/kept-recordings?event=${event}`);
    expect(readdirSync(dataPaths(data).recordings)).toEqual([]);
    expect(lectern.output()).not.toMatch(new RegExp(Object.values(WORDS).join("|")));
  });
});

async function entered() {
  const scope = ["https://purl.imsglobal.org/spec/lti-ags/scope/score"];
  const lineitem = `${platform.url}/lines/${WORDS.line}?type=x`;
  const more = {
    name: WORDS.name,
    [`${CLAIM}resource_link`]: { id: "course" },
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": { scope, lineitem },
  };
  const { browser, arrival } = await enterByLaunch(platform, {
    tool: lectern.url,
    subject: WORDS.subject,
    more,
  });
  const session = await browser.whenActive("session" in arrival ? arrival.session : "");
  const [event] = await operator.json<EventRow[]>("GET", "api/instructor/workshop-events");
  return { browser, session, name: event?.name ?? "" };
}

/** Runs a step, asks for help, takes notes and says how it was. */
async function leavesTraces({ browser, session, name }: Awaited<ReturnType<typeof entered>>): Promise<void> {
  const at = `api/sessions/${session.id}`;
  await browser.run(session, 0);
  await browser.outcome(session, 0);
  await browser.json<SessionView>("POST", `${at}/help`, { text: WORDS.help });
  await browser.json("PUT", `${at}/notes`, { page: session.currentPage, text: WORDS.notes, version: 0 });
  await browser.json("PUT", `api/events/${name}/feedback`, { rating: 3, comment: WORDS.comment });
}

/** Somebody of a list who never came: known by name alone. */
async function waits(event: string): Promise<void> {
  const { seatsTaken } = await detail(event);
  await operator.json("PUT", `api/instructor/workshop-events/${event}/seats`, { seats: seatsTaken });
  const { link } = await detail(event);
  const browser = new BrowserSession(lectern.url);
  const path = `api/events/${event}`;
  const token = new URL(link).hash.replace("#join=", "");
  await browser.json("POST", `${path}/admission`, { token });
  const view = await browser.json<EventView>("POST", `${path}/join`, { name: WORDS.waiting });
  expect(view.you).toMatchObject({ place: 1 });
  await operator.json("PUT", `api/instructor/workshop-events/${event}/seats`, { seats: seatsTaken + 1 });
}

function detail(event: string): Promise<EventDetail> {
  return operator.json<EventDetail>("GET", `api/instructor/workshop-events/${event}`);
}

/** The files of the data directory, and which of the words stand in each; the embedded cluster's own journal is asked as objects. */
function traces(): { file: string; words: string[] }[] {
  const own = dataPaths(data).cluster;
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(own));
  return [
    ...files.map((file) => ({ file, text: read(file) })),
    { file: "objects", text: everyObject() },
  ].flatMap(({ file, text }) => {
    const words = Object.values(WORDS).filter((word) => text.includes(word));
    return words.length === 0 ? [] : [{ file, words }];
  });
}

/** Files come and go while a session ends. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function everyObject(): string {
  const { kubeconfig } = dataPaths(data);
  const { path, kubectl: given } = readEnvironment();
  const program = findKubectl(path, given);
  const kubectl = (...args: string[]) =>
    execFileSync(program, ["--kubeconfig", kubeconfig, ...args], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
  const kinds = kubectl("api-resources", "--verbs=list", "-o", "name").trim().split("\n");
  return kubectl("get", kinds.join(","), "-A", "-o", "json");
}

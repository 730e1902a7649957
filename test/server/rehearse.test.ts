import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import type { Rehearsal } from "../../workshop/common/rehearsal.js";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import { type BrowserSession, instructorToken } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { runCli, temporaryFolder, until } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;
let web: Server;

beforeAll(async () => {
  web = createServer((request, response) => {
    const headers = request.url === "/framed" ? { "x-frame-options": "DENY" } : undefined;
    response.writeHead(request.url === "/gone" ? 404 : 200, headers).end("<h1>Here</h1>");
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const site = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`;
  const labs = join(folder.path, "labs");
  writeFiles(join(labs, "good"), {
    "workshop.yaml": `title: Good
dashboards:
  - { name: Docs, url: "${site}/docs" }
  - { name: App, url: "{{ ingress_protocol }}://app-{{ session_name }}.{{ ingress_domain }}{{ ingress_port_suffix }}/" }
ingresses: [{ name: app, port: 8099 }]
`,
    "pages/01-begin.md": "# Begin\n\n```execute\nmkdir only-once\n```\n\n[On](02-next.md)\n",
    "pages/02-next.md": "# Next\n\n```manual\nThink.\n```\n\n```hint\nHard.\n```\n",
  });
  writeFiles(join(labs, "bad"), {
    "workshop.yaml": `title: Bad
dashboards:
  - { name: Framed, url: "${site}/framed" }
  - { name: Gone, url: "${site}/gone" }
`,
    "pages/01-begin.md":
      "# Begin\n\n```execute\ntrue\n```\n\n```execute\nls /nowhere\n```\n\n[Lost](nowhere.md)\n",
  });
  writeFiles(join(labs, "long"), {
    "workshop.yaml": "title: Long\n",
    "pages/01-begin.md": "# Begin\n\n```execute timeout=600s\nsleep 600\n```\n",
  });
  ({ lectern, instructor } = await startInstructed(data, ["--lab", labs, "--max-sessions", "10"]));
});
afterAll(async () => {
  await lectern?.stop();
  web?.close();
  folder.remove();
});

describe("a rehearsal of an event", () => {
  it("passes with learners who go through the lab at once, in sessions of their own that end with it", async () => {
    const event = await eventOf("good");
    const { status, output } = await runCli(["rehearse", event.name, "--learners", "3", "--data", data]);
    expect([status, output]).toEqual([0, output]);
    for (const learner of [1, 2, 3])
      expect(output).toMatch(
        new RegExp(`^learner +learner ${String(learner)} +ok +1 passed, 0 failed, 1 left out in `, "m"),
      );
    expect(output).toMatch(
      /^capacity +sessions at once +ok +5 seats are free, and this server runs \d+ more/m,
    );
    expect(output).toMatch(/^capacity +resources +ok +5 seats are free, and there is room for \d+/m);
    expect(output).toMatch(/^tab +Docs +ok +http:\S+\/docs answers$/m);
    // Nothing was started there, which the lab may mean.
    expect(output).toMatch(/^tab +App +warning +no application answers at the end of the lab/m);
    expect(output).toMatch(/^Good, rehearsed with 3 learners in .*: nothing would fail\.$/m);
    await until("its sessions are gone", 60_000, async () =>
      (await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions")).length === 0
        ? true
        : undefined,
    );
  });

  it("says what would fail, with its place, as a table for programs as well, and by its status", async () => {
    const event = await eventOf("bad");
    const { status, output } = await runCli([
      "rehearse",
      event.name,
      "--learners",
      "2",
      "--format",
      "json",
      "--data",
      data,
    ]);
    expect([status, output]).toEqual([1, output]);
    const { outcome, learners, findings } = JSON.parse(output.slice(output.indexOf("{\n"))) as Rehearsal;
    expect([outcome, learners]).toEqual(["failed", 2]);
    const failed = findings.filter((finding) => finding.outcome === "failed");
    expect(failed.map(({ what, where }) => [what, where])).toEqual([
      ["learner", "learner 1"],
      ["learner", "learner 2"],
      ["step", "pages/01-begin.md:7"],
      ["text", "pages/01-begin.md:11"],
      ["tab", "Framed"],
      ["tab", "Gone"],
    ]);
    expect(failed.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^1 passed, 1 failed, 0 left out in /),
      expect.stringMatching(/^1 passed, 1 failed, 0 left out in /),
      expect.stringMatching(/^2 of 2 learners: ls \/nowhere: .*status 2/),
      "The link nowhere.md leads to no page of the lab",
      expect.stringMatching(/framed does not let other pages show it: X-Frame-Options: DENY$/),
      expect.stringMatching(/gone answers with status 404$/),
    ]);
  });

  it("is refused in words where there is no such event, and where the server has no place for its learners", async () => {
    const none = await runCli(["rehearse", "nothing", "--data", data]);
    expect([none.status, none.output]).toEqual([1, expect.stringContaining("SERVER_REFUSED")]);
    const { name } = await eventOf("long");
    const many = await instructor.call("POST", `api/instructor/workshop-events/${name}/rehearsal`, {
      learners: 51,
    });
    expect([many.status, many.text]).toEqual([400, expect.stringContaining("learners")]);
    const full = await runCli(["rehearse", name, "--learners", "11", "--data", data]);
    expect([full.status, full.output]).toEqual([
      1,
      expect.stringMatching(/this server runs 10 at most.*\[SERVER_TOO_MANY_SESSIONS\]/),
    ]);
  });

  it("leaves no session when whoever asked for it goes away", async () => {
    const stop = await longRehearsal(4);
    stop();
    await until("they are gone", 60_000, async () => ((await sessions()).length === 0 ? true : undefined));
  });

  it("leaves no session, and no home of one, where the server is killed in the middle of it", async () => {
    const stop = await longRehearsal(2);
    const homes = () => readdirSync(join(data, "terminal", "sessions"));
    await until("their homes are there", 60_000, () => (homes().length === 2 ? true : undefined));
    const { pid } = readRunningServer(data);
    process.kill(pid, "SIGKILL");
    stop();
    await until("another server is there", 60_000, () =>
      readRunningServer(data).pid === pid ? undefined : true,
    );
    await until("they are gone", 60_000, async () => {
      const left = await sessions().catch(() => undefined);
      return left?.length === 0 && homes().length === 0 ? true : undefined;
    });
  });
});

function sessions(): Promise<InstructorRow[]> {
  return instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
}

/** Begins a rehearsal that goes on until the returned function is called, and waits for its sessions to be in use. */
async function longRehearsal(learners: number): Promise<() => void> {
  const event = await eventOf("long");
  const stop = new AbortController();
  const answer = await fetch(`${lectern.url}api/instructor/workshop-events/${event.name}/rehearsal`, {
    method: "POST",
    headers: { authorization: `Bearer ${instructorToken(data)}`, "content-type": "application/json" },
    body: JSON.stringify({ learners }),
    signal: stop.signal,
  });
  expect(answer.status).toBe(200);
  await until("the rehearsal has its sessions", 60_000, async () => {
    const active = (await sessions()).filter(({ phase }) => phase === "Active");
    return active.length === learners ? true : undefined;
  });
  return () => stop.abort();
}

function eventOf(lab: string): Promise<EventRow> {
  const [from, end] = [new Date(), new Date(Date.now() + 3_600_000)];
  const wanted = { lab, seats: 5, from: from.toISOString(), until: end.toISOString() };
  return instructor.json<EventRow>("POST", "api/instructor/workshop-events", wanted);
}

function writeFiles(at: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), text);
  }
}

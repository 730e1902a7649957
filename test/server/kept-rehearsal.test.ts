import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import type { RehearsalView } from "../../workshop/common/kept-rehearsal.js";
import type { BrowserSession } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { temporaryFolder } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  const labs = join(folder.path, "labs");
  writePage(join(labs, "bad"), "# Begin\n\n```execute\ntrue\n```\n\n```execute\nls /nowhere\n```\n");
  writePage(join(labs, "long"), "# Begin\n\n```execute timeout=600s\nsleep 600\n```\n");
  ({ lectern, instructor } = await startInstructed(data, ["--lab", labs]));
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("a rehearsal that a page begins", () => {
  it("goes on by itself, and what it came to stays", async () => {
    const at = await rehearsalOf("bad");
    expect(await instructor.json("GET", at)).toEqual({});
    const begun = await instructor.json<RehearsalView>("POST", at, { learners: 2 });
    expect(begun.rehearsal).toMatchObject({ state: "running", learners: 2, findings: [] });
    await expect.poll(() => stateOf(at)).toBe("failed");
    const { rehearsal } = await instructor.json<RehearsalView>("GET", at);
    expect(rehearsal?.findings.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual(
      expect.arrayContaining(["learner failed", "step failed", "lab ok"]),
    );
    expect(rehearsal?.findings[0]?.outcome).toBe("failed");
  });

  it("is refused while another one goes on, and stopped with its sessions", async () => {
    const at = await rehearsalOf("long");
    await instructor.json("POST", at, { learners: 1 });
    await expect.poll(async () => (await rows()).length).toBe(1);
    const again = await instructor.call("POST", at, { learners: 1 });
    expect([again.status, again.text]).toEqual([409, expect.stringContaining("SERVER_REHEARSAL_BUSY")]);
    const stopped = await instructor.json<RehearsalView>("DELETE", at);
    expect(stopped.rehearsal?.state).toBe("stopped");
    await expect.poll(async () => (await rows()).length).toBe(0);
    expect(await stateOf(at)).toBe("stopped");
  });
});

async function stateOf(at: string): Promise<string | undefined> {
  return (await instructor.json<RehearsalView>("GET", at)).rehearsal?.state;
}

function rows(): Promise<InstructorRow[]> {
  return instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
}

async function rehearsalOf(lab: string): Promise<string> {
  const [from, until] = [0, 3_600_000].map((after) => new Date(Date.now() + after).toISOString());
  const wanted = { lab, from, until, seats: 2 };
  const { name } = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", wanted);
  return `api/instructor/workshop-events/${name}/kept-rehearsal`;
}

function writePage(lab: string, text: string): void {
  const file = join(lab, "pages", "01-begin.md");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), `title: ${lab.split("/").at(-1) ?? ""}\n`);
  writeFileSync(file, text);
}

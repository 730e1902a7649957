import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { Restoration } from "../../workshop/common/restoration.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { startLectern, temporaryFolder } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const FENCE = "```";
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;

beforeAll(async () => {
  const labs = join(folder.path, "labs");
  writeLab(join(labs, "own"), "title: Own\ncluster: own\n", "kubectl create namespace made");
  writeLab(join(labs, "slow"), "title: Slow\n", "until [ -e go-on ]; do sleep 0.2; done");
  lectern = await startLectern(data, ["--lab", labs]);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("the way back to the start of a page", () => {
  it("begins anew in a cluster of the session's own as well", async () => {
    const learner = new BrowserSession(lectern.url);
    const session = await started(learner, "own");
    const [first, last] = session.pages;
    await learner.json("POST", `api/sessions/${session.id}/restoration`, { page: last?.name });
    await expect.poll(() => stateOf(learner, session.id)).toBe("done");
    await learner.json("POST", `api/sessions/${session.id}/restoration`, { page: last?.name });
    // In the same cluster the namespace would be there already, and the step fail.
    await expect.poll(() => stateOf(learner, session.id)).toBe("done");
    expect(first?.steps).toHaveLength(1);
  });

  it("is the learner's alone, keeps other steps waiting, and is stopped by a word", async () => {
    const learner = new BrowserSession(lectern.url);
    const session = await started(learner, "slow");
    const at = `api/sessions/${session.id}/restoration`;
    const page = session.pages[1];
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    const refused = await instructor.call("POST", at, { page: page?.name });
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining("Only the learner")]);
    await learner.json("POST", at, { page: page?.name });
    const step = `api/sessions/${session.id}/pages/${page?.name ?? ""}/steps/${page?.steps[0] ?? ""}/run`;
    for (const again of [
      () => learner.call("POST", at, { page: page?.name }),
      () => learner.call("POST", step),
    ]) {
      const { status, text } = await again();
      expect([status, text]).toEqual([409, expect.stringContaining("SESSION_RESTORATION_BUSY")]);
    }
    await expect.poll(async () => (await restorationOf(learner, session.id))?.doing).toContain("until");
    const { id } = (await restorationOf(learner, session.id)) ?? { id: "" };
    await learner.json("POST", `${at}/answer`, { id, answer: "stop" });
    await expect.poll(() => stateOf(learner, session.id)).toBe("stopped");
    await learner.json("DELETE", `${at}/${id}`);
    expect(await restorationOf(learner, session.id)).toBeUndefined();
  });
});

async function started(learner: BrowserSession, lab: string): Promise<SessionView> {
  const { id } = await learner.json<SessionView>("POST", "api/sessions", { lab });
  const view = () => learner.json<SessionView>("GET", `api/sessions/${id}`);
  await expect.poll(async () => (await view()).phase).toBe("Active");
  return view();
}

async function restorationOf(learner: BrowserSession, id: string): Promise<Restoration | undefined> {
  return (await learner.json<SessionView>("GET", `api/sessions/${id}`)).restoration;
}

async function stateOf(learner: BrowserSession, id: string): Promise<string | undefined> {
  const found = await restorationOf(learner, id);
  return found?.message === undefined
    ? found?.state
    : `${found.state}: ${found.message}`.replace(/^stopped: .*$/, "stopped");
}

function writeLab(lab: string, definition: string, command: string): void {
  const files: Record<string, string> = {
    "workshop.yaml": definition,
    "pages/01-first.md": `# First\n\n${FENCE}execute-1\n${command}\n${FENCE}\n`,
    "pages/02-last.md": `# Last\n\n${FENCE}execute-1\ntrue\n${FENCE}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(lab, path)), { recursive: true });
    writeFileSync(join(lab, path), text);
  }
}

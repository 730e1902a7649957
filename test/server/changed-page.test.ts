import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "./browser-session.js";
import { startLectern, temporaryFolder, until } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const lab = join(folder.path, "edited");
let lectern: LecternProcess;

beforeAll(async () => {
  if (isWithout("kubectl")) return;
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), "title: Edited\n");
  writePage(["echo safe >> ran"]);
  lectern = await startLectern(join(folder.path, "data"), ["--lab", lab]);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

function writePage(commands: string[]): void {
  const blocks = commands.map((command) => `\n\`\`\`execute-1\n${command}\n\`\`\`\n`);
  writeFileSync(join(lab, "pages", "01-begin.md"), `# Begin\n${blocks.join("")}`);
}

describe.skipIf(isWithout("kubectl"))("a lab that its author changes while a page of it is open", () => {
  it("runs what the learner sees or nothing: not the command that has come into its place", async () => {
    const browser = new BrowserSession(lectern.url);
    const session = await browser.startLab("edited");
    const path = `api/sessions/${session.id}/pages/${session.currentPage}`;
    const steps = async (): Promise<string[]> =>
      (await browser.json<PageView>("GET", path)).actions.map(({ step }) => step);
    const ran = async (): Promise<string> => (await browser.call("GET", `${home(session)}?path=ran`)).text;
    const [safe = ""] = await steps();
    await browser.run(session, 0);
    expect(await browser.outcome(session, 0, 60_000)).toMatchObject({ state: "succeeded" });
    expect(await ran()).toBe("safe\n");
    writePage(["echo OTHER >> ran", "echo safe >> ran"]);
    const [other, kept] = await until("the changed page is served", 60_000, async () => {
      const now = await steps();
      return now.length === 2 ? now : undefined;
    });
    expect([other === safe, kept]).toEqual([false, safe]);
    // Its place is another now, and its command is the one the learner saw.
    const again = await browser.json<StepResult>("POST", `${path}/steps/${safe}/run`);
    expect(again.number).toBe(1);
    await until("it has run again", 60_000, async () =>
      (await ran()) === "safe\nsafe\n" ? true : undefined,
    );
    writePage(["echo OTHER >> ran"]);
    await until("the step is gone", 60_000, async () => ((await steps()).length === 1 ? true : undefined));
    const refused = await browser.call("POST", `${path}/steps/${safe}/run`);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("changed")]);
    expect(await ran()).toBe("safe\nsafe\n");
  });
});

function home({ id }: SessionView): string {
  return `api/sessions/${id}/home/file`;
}

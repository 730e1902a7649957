import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import { BrowserSession } from "./browser-session.js";
import { startLectern, temporaryFolder } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const FENCE = "```";
const PAGES: Readonly<Record<string, string>> = {
  "01-first.md": `# First

${FENCE}manual until="configmap/made"
Make it.
${FENCE}

${FENCE}execute-1
kubectl create configmap made
${FENCE}

${FENCE}execute-2 skip=restore until="configmap/made" timeout=300s
true
${FENCE}
`,
  "02-second.md": `# Second

${FENCE}execute-1
echo second
${FENCE}
`,
};

const folder = temporaryFolder();
let lectern: LecternProcess;
let browser: BrowserSession;

beforeAll(async () => {
  const lab = join(folder.path, "taken-again");
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), "title: Taken again\nlayout: split\n");
  for (const [name, text] of Object.entries(PAGES)) writeFileSync(join(lab, "pages", name), text);
  lectern = await startLectern(join(folder.path, "data"), ["--lab", lab]);
  browser = new BrowserSession(lectern.url);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("the way back to the start of a page", () => {
  it("is nobody's work: neither what a person was asked for nor what waited for it is done by it", async () => {
    const session = await browser.startLab("taken-again");
    const read = () => browser.json<SessionView>("GET", `api/sessions/${session.id}`);
    const result = async (number: number): Promise<StepResult | undefined> =>
      (await read()).results.find((one) => one.page === session.currentPage && one.number === number);
    const states = async (number: number) => (await result(number))?.checks.map(({ state }) => state);
    const visit = () => browser.json("POST", `api/sessions/${session.id}/pages/${session.currentPage}/visit`);
    await visit();
    await expect.poll(() => states(0)).toEqual(["waiting"]);
    await browser.run(session, 2);
    await expect.poll(() => states(2)).toContain("waiting");
    const page = session.pages[1]?.name;
    await browser.json("POST", `api/sessions/${session.id}/restoration`, { page });
    await expect.poll(async () => (await read()).restoration?.state).toBe("done");
    expect((await read()).restoration).toMatchObject({ done: 3, leftOut: 1 });
    await visit();
    await expect.poll(() => states(0)).toEqual(["before"]);
    expect(await result(0)).toMatchObject({ state: "idle" });
    const left = await result(2);
    expect(left).toMatchObject({ state: "unknown" });
    expect(left?.message).toContain("brought to the start of a page");
  });
});

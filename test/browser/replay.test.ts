import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture, THEMES } from "./chromium.js";
import { focusedName } from "./console-steps.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const STEP_DEADLINE_MS = 60_000;
const TEXT = `# One

\`\`\`terminal:execute
command: echo first >> order
cascade: true
pause: 0
\`\`\`

\`\`\`terminal:execute
command: echo second >> order
\`\`\`

\`\`\`execute-2
tail -f order
\`\`\`

\`\`\`terminal:interrupt
session: 2
\`\`\`

\`\`\`examiner:execute-test
name: is-web
inputs:
  schema: { name: { type: string, default: web, required: true } }
\`\`\`

\`\`\`manual
Look at it.
\`\`\`

\`\`\`execute-1 match=/^first second$/
paste -sd' ' order
\`\`\`

\`\`\`execute-1
test -e permission
\`\`\`

\`\`\`execute-1
touch ran-on; sleep 1005
\`\`\`
`;

// The author of a lab tries what was written from the first block on, and learners see nothing of it.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("a page that is replayed", () => {
  const lab = writeLab("draft", {
    "workshop.yaml": "title: Draft\nlayout: split\npages: [one]\n",
    "pages/one.md": TEXT,
    "checks/is-web": `#!/bin/bash\ngrep -qx '{"name":"web"}'\n`,
  });
  const ends: (() => Promise<unknown>)[] = [];
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let lines = 0;

  beforeAll(async () => {
    browser = await launchChromium();
    ends.push(() => browser.close());
    ({ page, problems } = await started("dev"));
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    lab.remove();
  });

  async function started(command: "dev" | "serve"): Promise<{ page: Page; problems: string[] }> {
    const server: LecternServer = await startLectern(
      command === "dev" ? [lab.folder] : ["--lab", lab.folder],
      command,
    );
    ends.push(() => server.stop());
    const opened = await openPage(browser);
    opened.page.setDefaultTimeout(STEP_DEADLINE_MS);
    await opened.page.goto(server.url);
    await opened.page.getByRole("button", { name: "Start" }).click();
    await opened.page.getByRole("button", { name: /^Run in terminal 1: paste/ }).waitFor();
    return opened;
  }

  const upTo = (command: string): Locator =>
    page.getByRole("button", { name: new RegExp(`^(Run up to here|Stop): ${command}`) });
  const bar = (): Locator => page.getByRole("complementary", { name: "Run up to here" });
  const block = (command: string): Locator => page.getByRole("group").filter({ hasText: command });

  it("runs what comes before the block in order, each once, with what forms hold, over what a later block ends and a person does", async () => {
    await upTo("paste").click();
    await bar().getByText("All 6 blocks have run. What a person does was left out.").waitFor();
    await block("tail -f order").getByText("Succeeded").waitFor();
    expect(await block("test -e permission").getByText("Failed").count()).toBe(0);
    await bar().getByRole("button", { name: "Close" }).click();
    await bar().waitFor({ state: "detached" });
  });

  it("stops at the first block that fails, shows it, and runs nothing behind it", async () => {
    await run("rm order");
    await upTo("touch ran-on").click();
    await bar().getByText("Stopped at block 7 of 8, which failed: test -e permission").waitFor();
    await block("test -e permission").getByText("Failed").waitFor();
    await expect.poll(() => isInSight(block("test -e permission"))).toBe(true);
    await run("test ! -e ran-on");
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `replay-${colorScheme}`);
      expect(await accessibilityProblems(page)).toEqual([]);
    }
  });

  it("is begun and stopped by the keyboard, which stays where it is", async () => {
    await run("touch permission; rm order");
    const button = upTo("touch ran-on");
    await button.focus();
    await page.keyboard.press("Enter");
    await bar().getByText("Block 8 of 8 runs: touch ran-on; sleep 1005").waitFor();
    await block("touch ran-on").getByText("Running").waitFor();
    expect(await focusedName(page)).toBe("Stop: touch ran-on; sleep 1005");
    await page.keyboard.press("Enter");
    await bar().getByText("Stopped at block 8 of 8.").waitFor();
    await block("touch ran-on")
      .getByText(/^Interrupted/)
      .waitFor();
    expect(await focusedName(page)).toBe("Run up to here: touch ran-on; sleep 1005");
  });

  it("is the page as it was saved last", async () => {
    writeFileSync(
      join(lab.folder, "pages/one.md"),
      "# One\n\n```execute-1\nrm order; echo changed\n```\n\n```execute-1\ntest ! -e order\n```\n",
    );
    await upTo("test ! -e order").click();
    await bar().getByText("All 2 blocks have run.").waitFor();
    expect(problems).toEqual([]);
  });

  it("is nothing that learners are shown or sent", async () => {
    writeFileSync(join(lab.folder, "pages/one.md"), TEXT);
    const sent: string[] = [];
    const learner = await started("serve");
    learner.page.on("response", (response) => sent.push(response.url()));
    await learner.page.reload();
    await learner.page.getByRole("button", { name: /^Run in terminal 1: paste/ }).waitFor();
    await learner.page.getByRole("button", { name: /^Run in terminal 1: echo second/ }).click();
    await learner.page.getByText(/^Succeeded/).waitFor();
    expect(sent.filter((url) => url.includes("replay"))).toEqual([]);
    expect(await learner.page.getByRole("button", { name: /^Run up to here/ }).count()).toBe(0);
  });

  /** A line in terminal 1 that is no block's, to its end. */
  async function run(line: string): Promise<void> {
    lines += 1;
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    await page.keyboard.type(`${line} && echo line-$((${String(lines)} + 100))\n`);
    const terminal = page.getByRole("region", { name: "Terminal 1" });
    await terminal
      .getByText(`line-${String(lines + 100)}`)
      .first()
      .waitFor();
  }
});

function isInSight(block: Locator): Promise<boolean> {
  return block.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });
}

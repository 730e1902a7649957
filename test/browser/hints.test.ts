import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { takePicture, THEMES } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { samplePages, sampleSession } from "./sample-lab.js";
import { type StartedLab, startLab } from "./started-lab.js";

const PAGE = `# Pods

\`\`\`execute-1
test -e fixed
\`\`\`

\`\`\`\`hint
Make the file **fixed**:

\`\`\`shell
touch fixed
\`\`\`

See [the documentation](https://example.com/).
\`\`\`\`

\`\`\`hint after=2
The second way.
\`\`\`

\`\`\`manual
Think.
\`\`\`

\`\`\`hint minutes=5
Think more.
\`\`\`
`;
const MINUTE_MS = 60_000;
const HINTED = {
  ...samplePages["summary"]!,
  html: '<div data-step="0"></div><div data-hint="0"></div><div data-hint="1"></div>',
  hints: [{ step: "0", after: 3 }, { step: "0" }],
};

describe.skipIf(isWithout("chromium"))("hints of a step", () => {
  let started: StartedLab;
  let page: Page;
  const told: Promise<string>[] = [];
  const summary = (words: string) => page.locator("summary").filter({ hasText: words });

  beforeAll(async () => {
    started = await startLab("pods", {
      "workshop.yaml": "title: Pods\nlayout: default\n",
      "pages/01-pods.md": PAGE,
    });
    ({ page } = started);
    page.on("response", (response) => {
      if (/\/pages\/[^/]+$/.test(response.url())) told.push(response.text().catch(() => ""));
    });
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
  });
  afterAll(() => started?.close());

  async function fail(words: RegExp): Promise<void> {
    const button = page.getByRole("button", { name: words });
    const answered = page.waitForResponse((response) => response.url().endsWith("/run"));
    await button.click();
    await answered;
    await page.getByRole("button", { name: /^Run again in terminal 1/ }).waitFor();
    await page
      .getByText(/status 1/)
      .filter({ visible: true })
      .first()
      .waitFor();
  }

  it("are closed at first, and open one after another by the keyboard", async () => {
    await summary("Show a hint").waitFor();
    expect(await page.getByText("Show another hint").count()).toBe(0);
    expect((await Promise.all(told)).join("")).not.toContain("Make the file");
    await summary("Show a hint").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Make the file").waitFor();
    expect(await page.getByRole("link", { name: "the documentation" }).getAttribute("target")).toBe("_blank");
    await summary("Hint 1").waitFor();
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await takePicture(page, `hints-${theme}`);
      expect(await accessibilityProblems(page, RULES_IN[theme])).toEqual([]);
    }
    await page.keyboard.press("Enter");
    expect(await page.getByText("Make the file").filter({ visible: true }).count()).toBe(0);
  });

  it("are offered after as many failures as their author says, also when the page was loaded again between", async () => {
    await fail(/^Run in terminal 1/);
    expect(await page.getByText("Show another hint").count()).toBe(0);
    await page.reload();
    await summary("Hint 1").waitFor();
    await fail(/^Run again in terminal 1/);
    await page.getByRole("status").getByText("There is a hint for this step.").waitFor();
    await summary("Show another hint").click();
    await page.getByText("The second way.").waitFor();
  });

  it("are offered after the minutes on their step, which begin when those before it are done", async () => {
    await page.clock.install();
    await page.reload();
    await summary("Hint 2").waitFor();
    await expect.poll(() => page.locator(".xterm-rows").innerText()).toMatch(/[$#]/);
    await page.clock.fastForward(6 * MINUTE_MS);
    expect(await page.getByText("Show a hint").count()).toBe(0);
    await page.getByRole("textbox", { name: "Terminal 1" }).focus();
    await page.keyboard.type("touch fixed && echo ma''de\n");
    await expect.poll(() => page.locator(".xterm-rows").innerText()).toContain("made");
    await page.getByRole("button", { name: /^Run again in terminal 1/ }).click();
    await page.getByText("Succeeded").first().waitFor();
    // The time of the step is taken down when it becomes the next one.
    await expect
      .poll(() =>
        page.evaluate(() => Object.values(sessionStorage).some((text) => /"since":\{.*,/.test(text))),
      )
      .toBe(true);
    expect(await page.getByText("Show a hint").count()).toBe(0);
    await page.clock.fastForward(3 * MINUTE_MS);
    expect(await page.getByText("Show a hint").count()).toBe(0);
    await page.clock.fastForward(2 * MINUTE_MS + 10_000);
    await summary("Show a hint").click();
    await page.getByText("Think more.").waitFor();
  });

  it("that were opened stay when their step is done, and no other is offered", async () => {
    await page.getByRole("button", { name: /^Mark as done/ }).click();
    await page.getByText("Everything on this page is done.").waitFor();
    await summary("Hint 2").waitFor();
    expect(await page.locator("summary").getByText(/^Show/).count()).toBe(0);
  });
});

describe.skipIf(isWithout("chromium"))("hints of a step, by what the server says,", () => {
  const at = "POST api/sessions/s1/pages/summary/steps/0/hints";
  let opened: ContractBrowser;
  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  const open = (path: string, failures: number, answer: { status: number; body: unknown }) =>
    opened.open(path, {
      pages: { summary: HINTED },
      session: sampleSession(48, {
        currentPage: "summary",
        results: [{ page: "summary", step: "0", number: 0, state: "failed", checks: [], failures }],
      }),
      answers: new Map([[`${at}/0`, answer]]),
    });

  it("are read by who watches, all of them", async () => {
    const { page } = opened;
    await open("instructor/s1", 0, { status: 200, body: { html: "<p>Look.</p>" } });
    await page.locator(".page-hint").nth(1).waitFor();
    expect(await page.locator(".page-hint > summary").allTextContents()).toEqual([
      "Show a hint",
      "Show another hint",
    ]);
    await page.locator(".page-hint > summary").first().click();
    await page.getByText("Look.").waitFor();
  });

  it("wait for their failures, and one that does not come says why and is asked for again", async () => {
    const { page, contract } = opened;
    const lost = { status: 503, body: { error: { code: "X", message: "The server is starting." } } };
    await open("s/s1/summary", 2, lost);
    await page.getByRole("button", { name: /^Run again in terminal 1/ }).waitFor();
    expect(await page.locator(".page-hint").count()).toBe(0);
    contract.send({
      type: "step",
      result: { page: "summary", step: "0", number: 0, state: "failed", checks: [], failures: 3 },
    });
    await page.locator("summary").getByText("Show a hint").click();
    await page.getByRole("alert").getByText("The server is starting.").waitFor();
    expect(await page.locator(".page-hint").count()).toBe(1);
    contract.state.answers.set(`${at}/0`, { status: 200, body: { html: "<p>Look.</p>" } });
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Look.").waitFor();
    await page.locator("summary").getByText("Show another hint").waitFor();
  });
});

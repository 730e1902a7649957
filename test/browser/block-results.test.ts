import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepResult } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { ContractBrowser } from "./contract-browser.js";
import { sampleSession } from "./sample-lab.js";

const RUN = "POST api/sessions/s1/pages/summary/steps/0/run";

describe.skipIf(isWithout("chromium"))("what came of a block", () => {
  let opened: ContractBrowser;
  let page: Page;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
    ({ page } = opened);
  });
  afterAll(() => opened?.close());

  function tell(change: Partial<StepResult>): void {
    const result: StepResult = {
      page: "summary",
      step: "0",
      number: 0,
      state: "succeeded",
      checks: [],
      ...change,
    };
    opened.contract.send({ type: "step", result });
  }

  it("takes a failed click's message away once the block has run", async () => {
    const body = { error: { code: "X", message: "The terminal is busy." } };
    await opened.open("s/s1/summary", { answers: new Map([[RUN, { status: 409, body }]]) });
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await page.getByRole("alert").getByText("The terminal is busy.").waitFor();
    tell({ durationMs: 900 });
    await page.getByText("Succeeded · 0.9 s").waitFor();
    expect(await page.getByText("The terminal is busy.").filter({ visible: true }).count()).toBe(0);
  });

  it("tells a failure in its author's words, and a hint only when it is asked for", async () => {
    await opened.open("s/s1/summary");
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
    expect(await page.getByText("Show a hint").count()).toBe(0);
    tell({ state: "failed", message: "No pod runs yet.", cause: "status 1", hint: "Look at its image." });
    await page.getByText("No pod runs yet.").filter({ visible: true }).first().waitFor();
    expect(await page.getByText("Look at its image.").isVisible()).toBe(false);
    await page.getByText("Show a hint").focus();
    await page.keyboard.press("Enter");
    expect(await page.getByText("Look at its image.").isVisible()).toBe(true);
    tell({ durationMs: 900 });
    await page.getByText("Succeeded · 0.9 s").waitFor();
    expect(await page.getByText("Show a hint").count()).toBe(0);
  });

  it("keeps what was done before a click that was refused", async () => {
    const results: StepResult[] = [
      { page: "summary", step: "0", number: 0, state: "succeeded", durationMs: 900, checks: [] },
    ];
    const body = { error: { code: "X", message: "The terminal is busy." } };
    await opened.open("s/s1/summary", {
      session: sampleSession(48, { results }),
      answers: new Map([[RUN, { status: 409, body }]]),
    });
    await page.getByRole("button", { name: /^Run again in terminal 1/ }).click();
    await page.getByRole("alert").getByText("The terminal is busy.").waitFor();
    await page.getByText("Succeeded · 0.9 s").waitFor();
  });

  it("is nothing where the page was changed since: the new text is shown, and said to be new", async () => {
    const body = { error: { code: "SESSION_PAGE_CHANGED", message: "The page has no such step any more." } };
    await opened.open("s/s1/summary", { answers: new Map([[RUN, { status: 409, body }]]) });
    const { state } = opened.contract;
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
    state.pages = {
      ...state.pages,
      summary: { ...state.pages["summary"]!, html: "<p>All new.</p>", actions: [] },
    };
    state.session = sampleSession(48, { labVersion: "2", results: [] });
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await page.getByRole("alert").getByText("This page was changed since you opened it").waitFor();
    await page.getByText("All new.").waitFor();
    await page.getByRole("button", { name: "All right" }).click();
    expect(await page.getByText("This page was changed").count()).toBe(0);
  });

  it("does not push the text below it when a command has run", async () => {
    await opened.open("s/s1/summary");
    const below = page.getByRole("navigation", { name: "Pages before and after" });
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
    const before = await below.boundingBox();
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await page.getByRole("button", { name: /^Interrupt/ }).waitFor();
    expect(await below.boundingBox()).toEqual(before);
    tell({ durationMs: 900, exitStatus: 0, output: "NAME READY\nweb 1/1\n" });
    const toggle = page.getByRole("button", { name: "Show output" });
    await toggle.waitFor();
    expect(await below.boundingBox()).toEqual(before);
    await toggle.click();
    await page.getByRole("group", { name: "Output" }).getByText("web 1/1").waitFor();
  });

  it("has what is loaded late at the foot of a page in its place from the start", async () => {
    await opened.open("s/s1/summary", {
      answers: new Map([["GET api/sessions/s1/notes", { status: 200, body: [] }]]),
    });
    const held: (() => void)[] = [];
    await page.route(/(restore-page|page-notes)-.*\.js$/, (route) => {
      held.push(() => void route.continue());
    });
    await page.reload();
    const below = page.getByRole("navigation", { name: "Pages before and after" });
    await below.waitFor();
    await expect.poll(() => held.length).toBe(2);
    const before = await below.boundingBox();
    for (const go of held) go();
    await page.getByRole("button", { name: /^Restore this page/ }).waitFor();
    await page.locator("summary", { hasText: "Your notes on this page" }).waitFor();
    expect(await below.boundingBox()).toEqual(before);
  });

  it("ticks a page in the menu only where its foot says that all is done", async () => {
    const cleared = { page: "summary", step: "1", number: 1, state: "succeeded", checks: [] } as const;
    await opened.open("s/s1/summary", {
      session: sampleSession(48, { results: [{ ...cleared, checks: [] }] }),
    });
    await page.getByText("One block on this page has not been done yet.").waitFor();
    await page.getByRole("button", { name: /All pages/ }).click();
    const item = page.getByRole("menuitem", { name: "What you have learned" });
    await item.waitFor();
    expect(await item.getByText("done").count()).toBe(0);
    await page.keyboard.press("Escape");
    tell({});
    await page.getByText("Everything on this page is done.").waitFor();
    await page.getByRole("button", { name: /All pages/ }).click();
    await item.getByText("done").waitFor();
  });

  it("asks after a command that runs for long, and says what waits for which", async () => {
    await opened.open("s/s1/summary");
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
    tell({ state: "queued", waitsFor: "sleep 3600" });
    await page.getByText("Waits for sleep 3600").waitFor();
    await page.getByRole("button", { name: "Cancel step 1" }).click();
    await expect
      .poll(() => opened.contract.requests)
      .toContain("POST api/sessions/s1/pages/summary/steps/0/cancel");
    tell({ state: "running", isOverdue: true, startedAt: new Date().toISOString() });
    await page.getByText("Still running").waitFor();
    await page.getByRole("button", { name: "Let step 1 go on" }).click();
    await page.getByRole("button", { name: "Interrupt step 1" }).waitFor();
    expect(await page.getByRole("button", { name: "Let step 1 go on" }).count()).toBe(0);
  });

  it("says of a check that it was so before", async () => {
    await opened.open("s/s1/summary");
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
    tell({ checks: [{ text: "There is no pod", state: "before" }] });
    await page.getByText("(was so before)").waitFor();
  });

  it("is summed up in words that fit the numbers, to the minute", async () => {
    const createdAt = new Date(Date.now() - 3.6 * 60_000).toISOString();
    const pages = [{ name: "summary", title: "What you have learned", steps: ["0"] }];
    await opened.open("s/s1/summary", { session: sampleSession(48, { createdAt, pages, results: [] }) });
    const summary = page.getByRole("region", { name: "Your way through this lab" });
    await summary.getByText("Its one step is not done yet.").waitFor();
    await summary.getByText("You began 3 min ago.").waitFor();
    tell({});
    await summary.getByText("Its one step is done.").waitFor();
    await summary.getByText("You have done all of this lab.").waitFor();
  });
});

import { once } from "node:events";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DiskView } from "../../workshop/common/instructor-api.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture } from "./chromium.js";
import type { ContractState } from "./contract-server.js";
import { ContractBrowser } from "./contract-browser.js";

const MIB = 1024 * 1024;

describe.skipIf(isWithout("chromium"))("what an instructor is told", () => {
  let opened: ContractBrowser;
  let page: Page;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
    ({ page } = opened);
  });
  afterAll(() => opened?.close());

  async function open(
    answers: ContractState["answers"] = new Map(),
    theme: "light" | "dark" = "dark",
  ): Promise<void> {
    await opened.open("instructor", { answers }, { theme });
    await page.getByRole("table").waitFor();
    // The rows are there before the stream is, and what is sent into no stream is lost.
    await expect.poll(() => opened.contract.requests).toContain("GET api/instructor/events");
  }

  function tellDisk(change: Partial<DiskView>): void {
    const disk = { freeBytes: 0, freeFiles: 9, isFull: true, largest: [], ...change };
    opened.contract.send({ type: "disk", disk });
  }

  it("is which session fills the disk, which can be ended there", async () => {
    await open();
    tellDisk({ largest: [{ session: "class-a-3", bytes: 812 * MIB }] });
    const notice = page.getByRole("alert", { name: "The disk is full" });
    await notice.getByText("812 MiB").waitFor();
    await takePicture(page, "instructor-disk");
    expect(await accessibilityProblems(page)).toEqual([]);
    await notice.getByRole("button", { name: "End class-a-3" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await expect.poll(() => opened.contract.requests).toContain("DELETE api/instructor/sessions/class-a-3");
    tellDisk({ isFull: false });
    await notice.waitFor({ state: "detached" });
  });

  it("is which session takes the memory, which can be ended there", async () => {
    await open();
    const problem =
      "memory is nearly used up: the machine has 60 of 2048 MiB of memory left, and 128 are needed; end sessions, or give it more";
    const largest = [{ session: "class-a-3", bytes: 812 * MIB }];
    opened.contract.send({ type: "health", problems: [{ name: "memory", problem, largest }] });
    const notice = page.getByRole("alert", { name: "Memory is short" });
    await notice.getByText("Memory is nearly used up: the machine has 60 of 2048 MiB").waitFor();
    await notice.getByText("812 MiB").waitFor();
    await takePicture(page, "instructor-memory");
    expect(await accessibilityProblems(page)).toEqual([]);
    await notice.getByRole("button", { name: "End class-a-3" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await expect.poll(() => opened.contract.requests).toContain("DELETE api/instructor/sessions/class-a-3");
    opened.contract.send({ type: "health", problems: [] });
    await notice.waitFor({ state: "detached" });
  });

  it.each(["light", "dark"] as const)(
    "is what Lectern cannot use just now, until it can again or the stream is new, in the %s theme",
    async (theme) => {
      await open(new Map(), theme);
      const problem =
        "There is no room on the disk of the database db:5432/lectern. Its operator can make some";
      opened.contract.send({ type: "health", problems: [{ name: "database", problem }] });
      const notice = page.getByRole("alert", { name: "The database cannot be used" });
      await notice.getByText(`${problem}.`).waitFor();
      await takePicture(page, `instructor-unusable-${theme}`);
      await page.setViewportSize({ width: 390, height: 800 });
      await takePicture(page, `instructor-unusable-${theme}-phone`);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.setViewportSize({ width: 1440, height: 900 });
      opened.contract.send({ type: "health", problems: [] });
      await notice.waitFor({ state: "detached" });
      opened.contract.send({
        type: "health",
        problems: [{ name: "cluster", problem: "It does not answer." }],
      });
      const other = page.getByRole("alert", { name: "The cluster cannot be used" });
      await other.getByText("It does not answer.").waitFor();
      opened.contract.dropStreams();
      await other.waitFor({ state: "detached" });
    },
  );

  it("is which labs cannot be read and where, until they are mended", async () => {
    const broken = [{ path: "/labs/quotas", message: "workshop.yaml, line 2: Aliases are not allowed." }];
    const answers: ContractState["answers"] = new Map([
      ["GET api/instructor/labs", { status: 200, body: broken }],
    ]);
    await open(answers);
    const notice = page.getByRole("status", { name: "Labs that cannot be read" });
    await notice.getByText("One lab cannot be read.").waitFor();
    await notice.getByText("/labs/quotas").waitFor();
    await notice.getByText("workshop.yaml, line 2: Aliases are not allowed.").waitFor();
    await takePicture(page, "instructor-broken-labs");
    expect(await accessibilityProblems(page)).toEqual([]);
    // Nobody touches the page meanwhile.
    answers.clear();
    await notice.waitFor({ state: "detached" });
  });

  it.each(["light", "dark"] as const)(
    "is the link to start labs, which the keyboard copies, in the %s theme",
    async (theme) => {
      const link = "https://labs.example.org/#start=qF3kZr0dW1h2mV5s";
      const answer = { status: 200, body: { link, start: "link" } };
      await open(new Map([["GET api/instructor/start-link", answer]]), theme);
      const shown = page.getByRole("region", { name: "Link to start labs" });
      await shown.getByText(link).waitFor();
      await shown.getByRole("button", { name: "Copy the link to start labs" }).focus();
      await page.keyboard.press("Enter");
      await shown.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
      await takePicture(page, `instructor-start-link-${theme}`);
      expect(await accessibilityProblems(page)).toEqual([]);
    },
  );

  it("is no such link where nobody needs one", async () => {
    await open();
    await expect.poll(() => opened.contract.requests).toContain("GET api/instructor/start-link");
    expect(await page.getByRole("region", { name: "Link to start labs" }).count()).toBe(0);
  });

  it("is what keeps sessions apart, and what does not with the reason", async () => {
    const measures = [
      { subject: "files", holds: true, text: "bubblewrap" },
      { subject: "network", holds: false, text: "this machine's, shared by all sessions (unshare: EPERM)" },
    ];
    await open(new Map([["GET api/instructor/confinement", { status: 200, body: { measures } }]]));
    await page.getByText("Not kept apart on this machine: network").waitFor();
    const said = page.getByRole("definition");
    await said.getByText("bubblewrap", { exact: true }).waitFor();
    await said.getByText("Not kept apart: this machine's, shared by all sessions (unshare: EPERM)").waitFor();
    await said.last().scrollIntoViewIfNeeded();
    await takePicture(page, "instructor-confinement");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("is how many sessions are ready before anybody asks, and why there are no more", async () => {
    const pool = {
      lab: "shop",
      title: "Shop",
      wanted: 3,
      ready: 1,
      problem: "No more could be made: no account is free. It is tried again.",
    };
    await open(new Map([["GET api/instructor/pools", { status: 200, body: [pool] }]]));
    const list = page.getByRole("list", { name: "Sessions kept ready" });
    await list.getByText("Shop: 1 of 3 ready for the next who start it").waitFor();
    await list.getByText("No more could be made: no account is free. It is tried again.").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("goes once it was read", async () => {
    await open();
    await page.getByRole("checkbox", { name: "Select session class-a-1", exact: true }).check();
    await page.getByRole("button", { name: "Extend by 30 min" }).click();
    const news = page.getByText("One session has 30 min more.");
    await news.waitFor();
    await news.waitFor({ state: "detached" });
  });

  it("is where an order broke off, which gives nothing twice when it is given again", async () => {
    await open();
    const { orders } = opened.contract.state;
    const breakOff = new AbortController();
    orders.breakAfter = { sessions: 1, when: once(breakOff.signal, "abort") };
    for (const id of ["class-a-1", "class-a-2"])
      await page.getByRole("checkbox", { name: `Select session ${id}`, exact: true }).check();
    const extend = page.getByRole("button", { name: "Extend by 30 min" });
    await extend.click();
    await page.getByText("1 of 2 sessions have 30 min more…").waitFor();
    breakOff.abort();
    await page
      .getByText("The connection broke when 1 of 2 sessions were reached. Try again: nothing is done twice.")
      .waitFor();
    await takePicture(page, "instructor-order-broken");
    expect(await accessibilityProblems(page)).toEqual([]);
    await extend.click();
    await page.getByText("2 sessions have 30 min more.").waitFor();
    await extend.click();
    await expect.poll(() => orders.given.length).toBe(3);
    const [first, again, another] = orders.given.map(({ id }) => id);
    expect([first === again, again === another, first?.length]).toEqual([true, false, 24]);
  });

  it("is which sessions refused an order, which is another one when it is given again", async () => {
    await open();
    const { orders } = opened.contract.state;
    orders.problems = { "class-a-2": "It ends already." };
    for (const id of ["class-a-1", "class-a-2"])
      await page.getByRole("checkbox", { name: `Select session ${id}`, exact: true }).check();
    const extend = page.getByRole("button", { name: "Extend by 30 min" });
    await extend.click();
    await page.getByText("class-a-2: It ends already.").waitFor();
    await extend.click();
    await expect.poll(() => orders.given.length).toBe(2);
    const [first, again] = orders.given.map(({ id }) => id);
    expect(first).not.toBe(again);
  });

  it("stands in columns whose headings are where their numbers are", async () => {
    await open();
    const differing = await page.evaluate(() => {
      const [heads = [], cells = []] = [...document.querySelectorAll("table tr")].map((row) =>
        [...row.children].map((cell) => getComputedStyle(cell).textAlign),
      );
      return cells.filter((align, at) => align !== heads[at]);
    });
    expect(differing).toEqual([]);
  });
});

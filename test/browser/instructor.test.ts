import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("class-lab", {
  "workshop.yaml": "title: Lab of the class\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho fine\n```\n\n```execute-1\nfalse\n```\n",
  "pages/02-end.md": "# End\n\nThe last page.\n",
});
/** Making three sessions on a busy machine, or a step in a shell that was not yet open. */
const DEADLINE_MS = 60_000;

// One class, in order, against `lectern serve`: the instructor in one browser context, a learner in another.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("an instructor with a class", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let learner: Page;
  const problems: string[] = [];
  let links: string[] = [];
  let ids: string[] = [];

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder]);
    browser = await launchChromium();
    const opened = await openPage(browser);
    page = opened.page;
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(`${server.url}instructor`);
  });
  afterAll(async () => {
    if (page) await takePicture(page, "class-end");
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("is told clearly that a token is wrong, and can try again", async () => {
    await page.getByLabel("Token").fill("not-the-token");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText(/That is no token of an instructor/).waitFor();
    await takePicture(page, "class-refused");
    await page.getByLabel("Token").fill(server.token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Sessions" }).waitFor();
    await page.getByText("No sessions yet").waitFor();
  });

  it("makes three sessions with a prefix and minutes, and copies their links", async () => {
    await page.getByRole("button", { name: "Create sessions" }).click();
    const form = page.getByRole("form", { name: "Create sessions" });
    await form.getByLabel("How many").fill("3");
    await form.getByLabel("Minutes").fill("50");
    await form.getByLabel("Prefix of the names").fill("class-a");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    const made = page.getByRole("region", { name: "Links of the new sessions" });
    await made.getByText("3 sessions created.").waitFor();
    await takePicture(page, "class-links");
    await made.getByRole("button", { name: "Copy all" }).click();
    links = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
    expect(links).toHaveLength(3);
    ids = links.map((link) => /\/s\/([^#]+)/.exec(link)?.[1] ?? "");
    for (const id of ids) expect(id).toMatch(/^class-a-/);
    await made.getByRole("button", { name: "Done" }).click();
    for (const id of ids) {
      await rowOf(page, id).getByText("not opened yet").waitFor();
      await rowOf(page, id).getByText("50 min from opening").waitFor();
    }
  });

  it("hands a link to a learner, whose browser is admitted and lands on the lab", async () => {
    const opened = await openPage(browser);
    learner = opened.page;
    learner.setDefaultTimeout(DEADLINE_MS);
    learner.on("pageerror", (error) => problems.push(error.message));
    await learner.goto(links[0] ?? "");
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    expect(learner.url()).toBe(`${server.url}s/${ids[0]}/01-begin`);
    expect(await learner.context().cookies()).not.toEqual([]);
  });

  it("sees the row change while the learner works", async () => {
    await runBlock(learner, "echo fine", /Succeeded/);
    await rowOf(page, ids[0]).getByText("1 of 2", { exact: true }).first().waitFor();
    await rowOf(page, ids[0]).getByText("just now").waitFor();
  });

  it("sees who fails a step three times, on top and with the reason", async () => {
    for (let time = 0; time < 3; time += 1) {
      await runBlock(learner, "false", /Failed/);
    }
    const row = rowOf(page, ids[0]);
    await row.getByText("One step failed 3 times").waitFor();
    await row.getByRole("cell").nth(5).getByText("1", { exact: true }).waitFor();
    await page.getByText("1 active, 2 not opened yet, 1 may need help.", { exact: false }).waitFor();
    await page.getByRole("button", { name: /^Session/ }).click();
    expect(await page.getByRole("row").nth(1).textContent()).toContain(ids[0]);
    await page.getByRole("button", { name: /^Need help/ }).click();
    expect(await page.getByRole("row").count()).toBe(2);
    await takePicture(page, "class-stuck");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: /^Active/ }).click();
  });

  it("sorts by a column, both ways, and finds by words", async () => {
    const others = ids.slice(1).toSorted();
    await page.getByRole("button", { name: "Lab", exact: true }).click();
    await page.getByRole("button", { name: "Session", exact: true }).click();
    await expect.poll(() => namesShown(page)).toEqual([ids[0], ...others]);
    await page.getByRole("button", { name: /^Session/ }).click();
    await expect.poll(() => namesShown(page)).toEqual([ids[0], ...others.toReversed()]);
    await page.getByLabel("Search sessions").fill(ids[2] ?? "");
    await expect.poll(() => namesShown(page)).toEqual([ids[2]]);
    await page.getByLabel("Search sessions").fill("");
  });

  it("gives several sessions more time at once", async () => {
    for (const id of ids.slice(1)) await page.getByLabel(`Select session ${id}`).check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("button", { name: /^Extend by 30 min/ }).click();
    await page.getByText("2 sessions have 30 min more.").waitFor();
    for (const id of ids.slice(1)) {
      await rowOf(page, id).getByText("1 h 20 min from opening").waitFor();
    }
  });

  it("looks at other pages of a session without moving its learner", async () => {
    const [id = ""] = ids;
    await page.getByRole("link", { name: `Watch ${id}` }).click();
    await page.getByText(`You are watching ${id}.`).waitFor();
    await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    await terminalText(page).getByText("echo fine").first().waitFor();
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "End" }).waitFor();
    await page.getByText("The learner is on page 1").waitFor();
    await takePicture(page, "class-watching");
    expect(await accessibilityProblems(page)).toEqual([]);
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    await page.getByRole("link", { name: "Follow the learner" }).click();
    await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
  });

  it("follows the learner to the next page", async () => {
    await learner.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "End" }).waitFor();
  });

  it("watches without touching: no block runs, no key reaches the shell", async () => {
    await page.getByRole("button", { name: /^Page 2 of 2/ }).click();
    await page.getByRole("menuitem", { name: /Begin/ }).click();
    expect(await blockWith(page, "echo fine").getByRole("button", { name: /^Run/ }).isDisabled()).toBe(true);
    await page.locator(".xterm").first().click();
    await page.keyboard.type("echo by-the-instructor\n");
    await learner.locator(".xterm").first().click();
    await learner.keyboard.type("echo by-the-$((1 + 1))nd\n");
    await terminalText(page).getByText("by-the-2nd").first().waitFor();
    expect(await terminalText(page).innerText()).not.toContain("by-the-instructor");
    await page.getByRole("link", { name: "All sessions" }).click();
  });

  it("is told that a browser keeps no cookies, which starts no lab either", async () => {
    const opened = await openPage(browser);
    // Sends none and keeps none, as a browser does that is told to refuse them, and says so.
    await opened.page.addInitScript(() => {
      const { fetch } = globalThis;
      globalThis.fetch = (address, options) => fetch(address, { ...options, credentials: "omit" });
      Object.defineProperty(navigator, "cookieEnabled", { get: () => false });
    });
    const alone = opened.page;
    alone.setDefaultTimeout(DEADLINE_MS);
    for (const screen of ["instructor", "instructor/recordings"]) {
      await alone.goto(server.url + screen);
      await alone.getByLabel("Token").fill(server.token);
      await alone.keyboard.press("Enter");
      await alone.getByText("The token is right, but your browser keeps no cookies").waitFor();
      await alone.getByRole("button", { name: "Log in" }).waitFor();
    }
    await alone.goto(links[2] ?? "");
    await alone.getByText("open the link you were given once more", { exact: false }).waitFor();
    await alone.goto(server.url);
    await alone.getByRole("button", { name: /^Start/ }).click();
    await alone.getByText("No session was made.", { exact: false }).waitFor();
    await alone.context().close();
    expect(await page.getByRole("checkbox", { name: /^Select session/ }).count()).toBe(3);
  });

  it("ends a session after a question that names it; its learner keeps the text", async () => {
    const [id = ""] = ids;
    await page.getByLabel(`Select session ${id}`).check();
    await page.getByRole("button", { name: "End…" }).click();
    const question = page.getByRole("alertdialog", { name: `End session ${id}?` });
    await takePicture(page, "class-ending");
    await question.getByRole("button", { name: "End session" }).click();
    await question.waitFor({ state: "detached" });
    await learner.getByText("This session has ended.").waitFor();
    await learner.getByRole("heading", { level: 1, name: "End" }).waitFor();
    await takePicture(learner, "class-ended");
    await expect.poll(() => namespaceOf(server, id), { timeout: DEADLINE_MS }).toBe("NotFound");
    await expect.poll(() => namesShown(page)).not.toContain(id);
  });

  it("does the same by the keyboard alone", async () => {
    const [, id = ""] = ids;
    await page.getByLabel(`Select session ${id}`).focus();
    await page.keyboard.press("Space");
    await page.getByText("1 selected").waitFor();
    await tabTo(page, "End…", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog", { name: `End session ${id}?` }).waitFor();
    await tabTo(page, "End session", "Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => namesShown(page)).toEqual([ids[2]]);
    await tabTo(page, "Create sessions", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("option", { hasText: "Lab of the class" }).waitFor({ state: "attached" });
    await tabTo(page, "How many", "Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("1");
    await page.keyboard.press("Enter");
    await page.getByText("One session created.").waitFor();
  });

  it("meets no error of a page on the way", () => {
    expect(problems).toEqual([]);
  });
});

function rowOf(page: Page, id = "?"): Locator {
  return page.getByRole("row").filter({ hasText: id });
}

function namesShown(page: Page): Promise<string[]> {
  return page.locator("tbody .session-table__id").allTextContents();
}

function blockWith(page: Page, command: string): Locator {
  return page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
}

async function runBlock(page: Page, command: string, outcome: RegExp): Promise<void> {
  const block = blockWith(page, command);
  await block.getByRole("button", { name: /^Run/ }).click();
  await block.getByText(outcome).waitFor();
}

function terminalText(page: Page): Locator {
  return page.locator(".xterm-rows").first();
}

/** Presses the key until the element of that name has the focus. */
async function tabTo(page: Page, name: string, key: "Tab" | "Shift+Tab"): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
      return element?.getAttribute("aria-label") ?? label ?? element?.textContent;
    });
    if (focused?.trim() === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(`60 presses of ${key} did not lead to "${name}".`);
}

/** What `kubectl` says of the session's namespace: its phase, or the reason there is none. */
async function namespaceOf(server: LecternServer, id: string): Promise<string> {
  const command = [
    "--kubeconfig",
    join(server.data, "cluster/kubeconfig"),
    "get",
    "namespace",
    id,
    "-o",
    "jsonpath={.status.phase}",
  ];
  try {
    return (await promisify(execFile)("kubectl", command)).stdout;
  } catch (error) {
    return /NotFound/.exec(String((error as { stderr?: string }).stderr))?.[0] ?? String(error);
  }
}

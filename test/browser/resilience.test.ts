import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverPid } from "../server/browser-session.js";
import { isWithout } from "../requirements/without.js";
import { launchChromium, openPage, SIZES, takePicture } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const PARAGRAPH = "A paragraph that makes the page longer than the screen is high.\n\n".repeat(40);
const LAB = writeLab("long-lab", {
  "workshop.yaml": "title: A long lab\nlayout: default\n",
  "pages/01-long.md": `# A long page\n\n\`\`\`execute-1\nsleep 8; echo woke up\n\`\`\`\n\n${PARAGRAPH}## Far down\n\n\`\`\`execute-1\necho quick\n\`\`\`\n\n${PARAGRAPH}`,
  "pages/02-short.md":
    "# A short page\n\n```execute-1\nfor n in 1 2 3 4 5 6; do echo line-$n; sleep 1; done\n```\n",
});
const DEADLINE_MS = 60_000;

describe.skipIf(isWithout("chromium"))("a learner's page against a real server", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let session = "";
  const problems: string[] = [];

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder]);
    browser = await launchChromium();
    page = (await openPage(browser)).page;
    page.on("pageerror", (error) => problems.push(error.message));
    page.setDefaultTimeout(DEADLINE_MS);
    await page.addInitScript(countConnections);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "A long page" }).waitFor();
    session = /\/s\/([^/]+)/.exec(page.url())?.[1] ?? "";
  });
  afterAll(async () => {
    if (page) await takePicture(page, "resilience-end");
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("is where it was after a reload, also further down the text", async () => {
    await page.getByRole("heading", { name: "Far down" }).scrollIntoViewIfNeeded();
    const before = await settledTop(page);
    expect(before).toBeGreaterThan(500);
    await page.reload();
    await expect.poll(() => scrollTop(page)).toBeCloseTo(before, -1);
  });

  it("goes back and forward by the browser's buttons, to the place that was left", async () => {
    const before = await settledTop(page);
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { level: 1, name: "A short page" }).waitFor();
    await expect.poll(() => scrollTop(page)).toBe(0);
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "A long page" }).waitFor();
    await expect.poll(() => scrollTop(page)).toBeCloseTo(before, -1);
    await page.goForward();
    await page.getByRole("heading", { level: 1, name: "A short page" }).waitFor();
    await page.getByRole("link", { name: "Back to A long page" }).click();
    await page.getByRole("heading", { level: 1, name: "A long page" }).waitFor();
    await expect.poll(() => scrollTop(page)).toBe(0);
  });

  it("says which pages there are where the address names none of them", async () => {
    await page.goto(`${server.url}s/${session}/99-nowhere`);
    await page
      .getByRole("heading", { level: 1, name: "There is no page “99-nowhere” in this lab" })
      .waitFor();
    await takePicture(page, "resilience-no-page");
    await page.getByRole("link", { name: "A short page" }).click();
    await page.getByRole("heading", { level: 1, name: "A short page" }).waitFor();
  });

  it("shows the same session in two tabs, each as it goes on", async () => {
    const second = await page.context().newPage();
    await second.goto(`${server.url}s/${session}/01-long`);
    await page.getByRole("link", { name: "Back to A long page" }).click();
    await blockWith(second, "echo quick").getByRole("button", { name: /^Run/ }).click();
    await blockWith(page, "echo quick")
      .getByText(/Succeeded/)
      .waitFor();
    await terminalText(page).getByText("quick", { exact: true }).waitFor();
    await terminalText(second).getByText("quick", { exact: true }).waitFor();
    await second.close();
  });

  it("lets nobody in by a bad link, and says so in words", async () => {
    const stranger = (await openPage(browser)).page;
    await stranger.goto(`${server.url}s/${session}#access=1.wrong`);
    await stranger.getByRole("heading", { name: "This browser was not let into the session" }).waitFor();
    await takePicture(stranger, "resilience-bad-link");
    await stranger.goto(`${server.url}s/no-such-session`);
    await stranger.getByRole("heading", { name: "This session cannot be shown" }).waitFor();
    await stranger.goto(`${server.url}nowhere/at/all`);
    await stranger.getByRole("heading", { name: "There is nothing at /nowhere/at/all" }).waitFor();
    await takePicture(stranger, "resilience-nothing");
    await stranger.context().close();
  });

  it("shows a phone the terminal's last lines while the block runs", async () => {
    const phone = await page.context().newPage();
    await phone.setViewportSize(SIZES[2]);
    await phone.goto(`${server.url}s/${session}/02-short`);
    const block = blockWith(phone, "for n in");
    await block.getByRole("button", { name: /^Run/ }).click();
    const lines = block.getByRole("group", { name: "Last lines of the terminal" });
    await lines.getByText(/line-2/).waitFor();
    await block.getByText("Running", { exact: false }).waitFor();
    await takePicture(phone, "resilience-phone-running");
    await block.getByText(/Succeeded/).waitFor();
    await takePicture(phone, "resilience-phone-done");
    await phone.close();
  });

  it("loses nothing when the server is killed in the middle of a command", async () => {
    const block = blockWith(page, "sleep 8");
    await block.getByRole("button", { name: /^Run/ }).click();
    await block.getByText("Running", { exact: false }).waitFor();
    process.kill(serverPid(server.data), "SIGKILL");
    await page.getByText("Reconnecting…", { exact: false }).first().waitFor();
    await takePicture(page, "resilience-reconnecting");
    await page.getByText("Back, nothing lost.").waitFor();
    await block.getByText(/Succeeded/).waitFor();
    await terminalText(page).getByText("woke up", { exact: true }).waitFor();
    expect(await page.locator(".bar--warning").count()).toBe(0);
    await page.locator(".xterm").first().click();
    await page.keyboard.type("echo typed-$((40 + 2))\n");
    await terminalText(page).getByText("typed-42", { exact: true }).waitFor();
  });

  it("leaves no stream or socket open behind a page that was left", async () => {
    expect(await openConnections(page)).toBe(2);
    await page.getByRole("link", { name: "All labs" }).click();
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await expect.poll(() => openConnections(page)).toBe(0);
  });

  it("meets no error of the page on the way", () => expect(problems).toEqual([]));
});

function blockWith(page: Page, command: string): Locator {
  return page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
}

function terminalText(page: Page): Locator {
  return page.locator(".xterm-rows").first();
}

function scrollTop(page: Page): Promise<number> {
  return page.locator(".reading").evaluate((element) => element.scrollTop);
}

/** Where the text is, once that has been written down. */
async function settledTop(page: Page): Promise<number> {
  await expect
    .poll(() => page.evaluate(() => (history.state as { top?: number } | null)?.top ?? 0))
    .toBeGreaterThan(0);
  await page.waitForTimeout(400);
  return scrollTop(page);
}

/** Notes every WebSocket and every stream of events a page opens. */
function countConnections(): void {
  const isOpen: (() => boolean)[] = [];
  globalThis.WebSocket = new Proxy(WebSocket, {
    construct(target, given, newTarget) {
      const socket = Reflect.construct(target, given, newTarget) as WebSocket;
      isOpen.push(() => socket.readyState < WebSocket.CLOSING);
      return socket;
    },
  });
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
    let hasEnded = false;
    // The copy ends when the server ends the stream, and fails when the page takes its request back.
    const end = (): void => void (hasEnded = true);
    response.clone().text().then(end, end);
    isOpen.push(() => !hasEnded);
    return response;
  };
  Object.assign(globalThis, { countOpen: () => isOpen.filter((asked) => asked()).length });
}

function openConnections(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { countOpen: () => number }).countOpen());
}

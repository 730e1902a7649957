import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { writeApplicationLab } from "../server/application-lab.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";

const DEADLINE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), "lectern-application-"));
const lab = writeApplicationLab(join(folder, "application"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/* oxlint-disable unicorn/consistent-function-scoping -- sent to the browser as it stands */
/** What a hostile page finds of the page around it and of the learner's rights; runs in the application's frame. */
const REACH = async (path: string) => {
  const attempt = async (look: () => unknown): Promise<string> => {
    try {
      return String(await look());
    } catch (error) {
      return (error as Error).name;
    }
  };
  // Looked at by the attempts only: some may not even be named.
  const scope = globalThis as unknown as {
    localStorage: { length: number };
    document: { cookie: string };
    parent: { document: object; location: { href: string } };
    navigator: { serviceWorker: { register(script: string): Promise<object> } };
  };
  return {
    storage: await attempt(() => scope.localStorage.length),
    cookies: await attempt(() => scope.document.cookie.includes("lectern-")),
    parent: await attempt(() => scope.parent.document),
    api: await attempt(async () => (await fetch(path, { credentials: "include" })).status),
    worker: await attempt(() => scope.navigator.serviceWorker.register("page.js")),
    navigation: await attempt(() => (scope.parent.location.href = "https://evil.example/")),
  };
};

describe.skipIf(isWithout("chromium")).each([
  ["at a host name of its own", ["--ingress-domain", "localhost"]],
  ["below a path", []],
])("an application %s", (_where, flags) => {
  const isBelowPath = flags.length === 0;
  let server: LecternServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startLectern(["--lab", lab, ...flags]), launchChromium()]);
    context = await browser.newContext();
    context.setDefaultTimeout(DEADLINE_MS);
    page = await context.newPage();
    await page.goto(server.url);
    await page.getByRole("button", { name: /Start/ }).click();
    await page.getByRole("heading", { level: 1, name: "An application" }).waitFor();
    await page.locator(".xterm-screen").first().waitFor();
    await page.getByRole("button", { name: /^Run/ }).first().waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  afterEach(async () => {
    for (const other of context.pages()) if (other !== page) await other.close();
  });

  it("says that nothing listens yet, and is there by itself once the learner has started it", async () => {
    await page.getByRole("tab", { name: "App" }).click();
    await frame()
      .getByRole("heading", { name: "Nothing listens on port 8080 in your terminal yet" })
      .waitFor();
    await takePicture(page, isBelowPath ? "application-waits-path" : "application-waits");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: /^Run/ }).first().click();
    await page.getByRole("tab", { name: "App" }).click();
    await frame().getByRole("heading", { name: "An application" }).waitFor();
    await frame().getByText("data", { exact: true }).waitFor();
    await frame().getByText("over the socket", { exact: true }).waitFor();
    const origin = await frame().locator("#origin").textContent();
    expect(origin).toBe(
      isBelowPath ? "null" : `http://app-${sessionId()}.localhost:${new URL(server.url).port}`,
    );
  });

  it("can do nothing as the learner who looks at it", async () => {
    const shown = page.frames().find((candidate) => candidate !== page.mainFrame());
    const found = await shown?.evaluate(REACH, `${server.url}api/sessions/${sessionId()}`);
    expect(found).toEqual({
      // Of another site, as names below localhost are to each other, browsers may give it none.
      storage: expect.stringMatching(isBelowPath ? /^SecurityError$/ : /^(0|SecurityError)$/) as string,
      cookies: isBelowPath ? "SecurityError" : "false",
      parent: "SecurityError",
      api: "TypeError",
      worker: expect.stringMatching(isBelowPath ? /SecurityError|TypeError/ : /./) as string,
      navigation: "SecurityError",
    });
    expect(page.url()).toContain(`/s/${sessionId()}/`);
  });

  it("opens in a tab of its own, from its link on the page and from its own address", async () => {
    const [own] = await Promise.all([
      context.waitForEvent("page"),
      page.getByRole("link", { name: "Open in a new tab" }).click(),
    ]);
    await own.getByText("over the socket", { exact: true }).waitFor();
    const [linked] = await Promise.all([
      context.waitForEvent("page"),
      page.getByRole("link", { name: "Open it" }).click(),
    ]);
    await linked.getByText('"url":"/headers"').waitFor();
    if (isBelowPath) return;
    const visited = await context.newPage();
    await visited.goto(`http://app-${sessionId()}.localhost:${new URL(server.url).port}/`);
    await visited.getByText("over the socket", { exact: true }).waitFor();
  });

  it("is not shown to another learner, who is told so", async () => {
    const other = await browser.newContext();
    const stranger = await other.newPage();
    await stranger.goto(`${server.url}s/${sessionId()}/ingress/app/`);
    await stranger.getByRole("heading", { name: "The application cannot be opened" }).waitFor();
    await stranger.getByText("This browser has no access to the session").waitFor();
    if (!isBelowPath) {
      await stranger.goto(`http://app-${sessionId()}.localhost:${new URL(server.url).port}/`);
      await stranger.getByRole("heading", { name: "The application cannot be opened" }).waitFor();
    }
    await other.close();
  });

  function frame(): FrameLocator {
    return page.frameLocator('iframe[title="App"]');
  }

  function sessionId(): string {
    return /\/s\/([^/?#]+)/.exec(page.url())?.[1] ?? "";
  }
});

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeLab } from "../server/lectern-process.js";
import { launchChromium } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

const DEADLINE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), "lectern-port-"));
let server: LecternServer;
let browser: Browser;
let context: BrowserContext;
let learner: Page;
let link: string;
/** Whole cookie headers that reached the other port. */
const stolen: string[] = [];
const thief = createServer((call, response) => {
  stolen.push(call.headers.cookie ?? "");
  response.setHeader("content-type", "text/html").end("<h1>A page of a learner's shell</h1>");
});

beforeAll(async () => {
  [server, browser] = await Promise.all([startLectern(["--lab", writeLab(folder)]), launchChromium()]);
  await new Promise<void>((resolve) => thief.listen(0, "127.0.0.1", resolve));
  context = await browser.newContext();
  context.setDefaultTimeout(DEADLINE_MS);
  const instructor = await context.newPage();
  await instructor.goto(`${server.url}instructor`);
  await instructor.getByLabel("Token").fill(server.token);
  await instructor.getByRole("button", { name: "Log in" }).click();
  await instructor.getByRole("button", { name: "Create sessions" }).waitFor();
  link = await instructor.evaluate(async () => {
    const { localStorage: kept } = globalThis as unknown as { localStorage: Storage };
    const headers = {
      "content-type": "application/json",
      "lectern-page-key": kept.getItem("lectern-page-key") ?? "",
    };
    const body = JSON.stringify({ lab: "slow-steps", count: 1 });
    const answer = await fetch("api/instructor/sessions", { method: "POST", headers, body });
    return ((await answer.json()) as { link: string }[])[0]?.link ?? "";
  });
  learner = await context.newPage();
  await learner.goto(link);
  await isInLab(learner);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  thief.closeAllConnections();
  await new Promise((resolve) => thief.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

describe("a page on another port of the same host name", () => {
  it("is sent the cookies, and can do nothing with them", async () => {
    const other = `http://localhost:${String((thief.address() as AddressInfo).port)}/api/`;
    const page = await context.newPage();
    await page.goto(other);
    const cookie = stolen.join("; ");
    expect(cookie).toContain("lectern-account=");
    expect(cookie).toContain("lectern-session-");
    for (const path of [
      "api/instructor/sessions",
      "api/instructor/events",
      "metrics",
      sessionPath(),
      `${sessionPath()}/events`,
    ])
      expect([path, await statusOf("GET", path, cookie)]).toEqual([path, 401]);
    for (const path of ["/terminals/1/ticket", "/extend", "/pages/slow-steps/steps/0/run"])
      expect([path, await statusOf("POST", sessionPath() + path, cookie)]).toEqual([path, 401]);
    expect(await statusOf("DELETE", sessionPath(), cookie)).toBe(401);
    await page.close();
  });

  it("can read nothing and start nothing out of the visitor's browser", async () => {
    const page = await context.newPage();
    await page.goto(`http://localhost:${String((thief.address() as AddressInfo).port)}/`);
    const outcome = await page.evaluate(
      async ({ url, path }) => {
        const read = fetch(url + path, { credentials: "include" }).then((answer) => answer.status, String);
        const blind = fetch(url + path, { method: "DELETE", mode: "no-cors", credentials: "include" });
        const { localStorage: kept } = globalThis as unknown as { localStorage: Storage };
        return { read: await read, blind: await blind.then(() => "sent", String), kept: kept.length };
      },
      { url: server.url, path: sessionPath() },
    );
    expect(outcome.kept).toBe(0);
    expect(outcome.read).toContain("TypeError");
    await page.close();
    await learner.reload();
    await isInLab(learner);
  });
});

describe("a learner let in by a link", () => {
  it("has the secret of the link out of the address", () => {
    expect(learner.url()).toMatch(/\/s\/slow-steps-\w+\/slow-steps$/);
  });

  it("stays in over a reload, in a second tab, back and forward, and with the link once more", async () => {
    await learner.reload();
    await isInLab(learner);
    await learner.goto(server.url);
    await learner.getByRole("link", { name: "Resume" }).waitFor();
    await learner.goBack();
    await isInLab(learner);
    await learner.goForward();
    await learner.getByRole("link", { name: "Resume" }).waitFor();
    for (const address of [learner.url(), `${server.url}s/${link.split("/s/")[1] ?? ""}`, link]) {
      const tab = await context.newPage();
      await tab.goto(address);
      await tab.getByText("Slow steps").first().waitFor();
      await tab.close();
    }
    await learner.goto(link);
    await isInLab(learner);
    // Only what follows `#` changes, for which a browser loads nothing by itself.
    await learner.evaluate((hash) => {
      const { location } = globalThis as unknown as { location: { hash: string } };
      location.hash = hash;
    }, new URL(link).hash);
    await learner.waitForURL((url) => url.hash === "");
    await isInLab(learner);
  });

  it("is still in when the browser is started again and its tab restored", async () => {
    const restored = await browser.newContext({ storageState: await context.storageState() });
    const tab = await restored.newPage();
    await tab.goto(learner.url());
    await isInLab(tab);
    await restored.close();
  });

  it("is told when the link is replaced, and comes back by the new one", async () => {
    const id = /\/s\/([^#]+)/.exec(link)?.[1] ?? "";
    // In a browser of its own: the one of the other tests is an instructor's too.
    const own = await browser.newContext();
    const page = await own.newPage();
    await page.goto(link);
    await isInLab(page);
    const headers = { authorization: `Bearer ${server.token}` };
    const answer = await fetch(`${server.url}api/instructor/sessions/${id}/revoke-link`, {
      method: "POST",
      headers,
    });
    const renewed = ((await answer.json()) as { link: string }).link;
    await page.getByText(/The link to this session was revoked/).waitFor();
    await page.goto(link);
    await page.getByText(/The link to this session was revoked/).waitFor();
    await page.goto(renewed);
    await isInLab(page);
    await own.close();
  });
});

async function isInLab(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1, name: "Slow steps" }).waitFor();
  await page.locator(".xterm-screen").first().waitFor();
}

function sessionPath(): string {
  return `api/sessions/${/\/s\/([^#]+)/.exec(link)?.[1] ?? ""}`;
}

/** The status of a call with the stolen cookie and everything else as a page of Lectern sends it. */
function statusOf(method: string, path: string, cookie: string): Promise<number> {
  const { hostname, port, origin } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const headers = { cookie, origin, "lectern-page-key": "A".repeat(43) };
    const call = request({ hostname, port, path: `/${path}`, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.once("error", reject);
    call.end();
  });
}

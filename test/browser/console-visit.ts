import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { PAGE_KEY_HEADER } from "../../workshop/common/api.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, SIZES, takePicture, THEMES } from "./chromium.js";
import { misplacedHeadings } from "./column-headings.js";
import { openSession, showOnNarrow } from "./console-steps.js";
import { cutOff } from "./cut-off.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

/** The workspace of the lab that tests of the console start. */
export const WORKSPACE = "tko-day1-ops-ws";
const STEP_DEADLINE_MS = 60_000;

/** A browser in front of a session of a real server. */
export interface ConsoleVisit {
  page: Page;
  /** What the page complained about so far. */
  problems: string[];
  /** Of the session, its namespace and its organization. */
  id: string;
  url: string;
  /** The file of the cluster's administrator. */
  kubeconfig: string;
  /** Takes the pictures of what is on the screen, `shown` in sight, and lets axe look at each. */
  look(name: string, shown?: Locator): Promise<void>;
  /** Asks the policy API of the session. */
  ask<Answer>(path: string): Promise<Answer>;
  /** Asks it as an instructor. */
  askAsInstructor(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
  end(): Promise<void>;
}

/** Starts a server with a lab of one page and two workspaces, and a session of it; where that fails, nothing of it is left behind. */
export async function visitConsole(options: string[] = []): Promise<ConsoleVisit> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-console-"));
  let server: LecternServer | undefined;
  let browser: Browser | undefined;
  const end = async (): Promise<void> => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    server = await startLectern(["--lab", writeLab(folder), ...options]);
    browser = await launchChromium();
    return await visit(server, browser, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function visit(
  server: LecternServer,
  browser: Browser,
  end: () => Promise<void>,
): Promise<ConsoleVisit> {
  const { page, problems } = await openPage(browser);
  page.setDefaultTimeout(STEP_DEADLINE_MS);
  const takeLastPicture = () => takePicture(page, "console-end");
  const id = await openSession(page, server.url).catch(async (error: unknown) => {
    await takeLastPicture();
    throw error;
  });
  return {
    page,
    problems,
    id,
    url: server.url,
    kubeconfig: join(server.data, "cluster", "kubeconfig"),
    look: (name, shown) => look(page, `console-${name}`, shown),
    ask: async <Answer>(path: string) => {
      const key = await page.evaluate(() => localStorage.getItem("lectern-page-key"));
      const response = await page.request.get(`${server.url}api/sessions/${id}/tmc/v1alpha1/${path}`, {
        headers: { [PAGE_KEY_HEADER]: key ?? "" },
      });
      expect(response.ok(), `${path}: ${String(response.status())}`).toBe(true);
      return (await response.json()) as Answer;
    },
    askAsInstructor: async (method, path, body = {}) => {
      const asked = {
        method,
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", authorization: `Bearer ${server.token}` },
      };
      const response = await fetch(`${server.url}api/sessions/${id}/tmc/v1alpha1/${path}`, asked);
      const text = await response.text();
      expect(response.ok, `${path}: ${text}`).toBe(true);
      return JSON.parse(text) as unknown;
    },
    end: () => takeLastPicture().finally(end),
  };
}

async function look(page: Page, name: string, shown?: Locator): Promise<void> {
  const focused = await page.evaluateHandle(() => document.activeElement);
  for (const theme of THEMES) {
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize(size);
      await showOnNarrow(page, size.width);
      await shown?.scrollIntoViewIfNeeded();
      await takePicture(page, `${name}-${theme}-${size.width}`);
      const found = await accessibilityProblems(page, RULES_IN[theme]);
      expect(found, `${name}, ${theme}, ${size.width} wide`).toEqual([]);
      expect(await overflowing(page), `${name}, ${size.width} wide`).toEqual([]);
      expect(await cutOff(page), `${name}, ${size.width} wide`).toEqual([]);
      expect(await misplacedHeadings(page), `${name}, ${size.width} wide`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(SIZES[0]);
  await focused.evaluate((element) => element instanceof HTMLElement && element.focus());
}

/** The page and the console's tables, where they are wider than the room they have. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".console .table-scroll")]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(
        ({ tagName, className, scrollWidth, clientWidth }) =>
          `${tagName} ${className}: ${scrollWidth} in ${clientWidth}`,
      ),
  );
}

function writeLab(folder: string): string {
  mkdirSync(join(folder, "pages"));
  const manifest = `title: Console\nworkspaces: [${WORKSPACE}, another-ws]\npages: [one]\n`;
  writeFileSync(join(folder, "workshop.yaml"), manifest);
  writeFileSync(join(folder, "pages/one.md"), "# One\n\n```execute-1\nkubectl get ns\n```\n");
  return folder;
}

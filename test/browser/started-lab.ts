import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

/** A lab that a learner has just started in a browser, on a server of its own. */
export interface StartedLab {
  server: LecternServer;
  browser: Browser;
  page: Page;
  close(): Promise<void>;
}

/** How long a step of a page may take; one that starts a session on a busy machine takes seconds. */
const STEP_DEADLINE_MS = 60_000;

/** Writes the lab, serves it with these options and starts it; paths inside its folder to their content. */
export async function startLab(
  name: string,
  files: Record<string, string | Uint8Array>,
  { deadlineMs = STEP_DEADLINE_MS, options = [] }: { deadlineMs?: number; options?: string[] } = {},
): Promise<StartedLab> {
  const lab = writeLab(name, files);
  const ends: (() => Promise<unknown>)[] = [async () => lab.remove()];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const server = await startLectern(["--lab", lab.folder, ...options]);
    ends.push(() => server.stop());
    const browser = await launchChromium();
    ends.push(() => browser.close());
    const { page } = await openPage(browser);
    page.setDefaultTimeout(deadlineMs);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    return { server, browser, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

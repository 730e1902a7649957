import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { findChromium } from "../requirements/programs.js";

const RESULTS = fileURLToPath(new URL("../../test-results", import.meta.url));
/** What keeps Chromium from talking to anybody but the server under test. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export const THEMES = ["light", "dark"] as const;
export const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

/** The machine's Chromium, without a window. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("No Chromium is on the PATH: apt-get install chromium.");
  return chromium.launch({ executablePath, args: QUIET });
}

/** A page that fails the test by its own errors: `problems` gathers what the console and the page complain about. */
export async function openPage(
  browser: Browser,
  options: { theme?: "light" | "dark"; size?: { width: number; height: number }; scale?: number } = {},
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({
    viewport: options.size ?? SIZES[0],
    colorScheme: options.theme ?? "light",
    deviceScaleFactor: options.scale ?? 1,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return { page, problems };
}

/** Keeps a picture for people to look at. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(RESULTS, { recursive: true });
  // Colours that just change are shown as they come out.
  await page.screenshot({ path: join(RESULTS, `${name}.png`), animations: "disabled" });
}

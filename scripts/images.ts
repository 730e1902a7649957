import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium, openPage } from "../test/browser/chromium.js";
import { showOnNarrow } from "../test/browser/console-steps.js";
import { startLectern } from "../test/browser/lectern-server.js";
import { provideChromium } from "../test/requirements/chromium.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const LAB = "Image Registry Policies";
const PRACTICE = "Image policies in practice";
const WORKSPACE = "tko-day1-ops-ws";
/** As wide as a lab's text, so that a picture in it can be read; high enough that no form is cut. */
const CONSOLE_SIZE = { width: 600, height: 2400 };
/** For screens with two pixels to one, and for pictures that are enlarged. */
const SCALE = 2;
const SCREEN_SIZE = { width: 1440, height: 900 };
const MARGIN = 8;
const DEADLINE_MS = 20_000;

/** Draws the pictures of the shipped labs and of the README from the running product, in the order a learner meets them. */
await draw();

async function draw(): Promise<void> {
  const missing = await provideChromium();
  if (missing) throw new Error(missing);
  mkdirSync(join(root, "images"), { recursive: true });
  const server = await startLectern();
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser, { size: CONSOLE_SIZE, scale: SCALE });
    page.setDefaultTimeout(DEADLINE_MS);
    await startLab(page, server.url, { lab: LAB, first: "Workspaces and their policies" });
    await run(page, "get ns");
    await drawDigestPolicy(page);
    await drawCustomPolicy(page);
    await drawLab(page);
    const { page: second } = await openPage(browser, { size: CONSOLE_SIZE, scale: SCALE });
    second.setDefaultTimeout(DEADLINE_MS);
    await startLab(second, server.url, { lab: PRACTICE, first: "Find out first" });
    await drawInsights(second);
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function startLab(
  page: Page,
  url: string,
  { lab, first }: { lab: string; first: string },
): Promise<void> {
  await page.goto(url);
  await page.getByRole("article", { name: lab }).getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { level: 1, name: first }).waitFor();
}

async function drawDigestPolicy(page: Page): Promise<void> {
  await showOnNarrow(page, CONSOLE_SIZE.width);
  await page.getByRole("button", { name: "Workspaces", pressed: true }).waitFor();
  await take(page, "policy-image-registry-1", ".console");
  await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
  await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
  await page.getByLabel("Image Registry Template").selectOption({ label: "Require Digest" });
  await page.getByLabel("Policy Name").fill("digest-image-policy");
  await page.getByText(/Nothing runs|No namespace/).waitFor();
  await take(page, "policy-image-registry-digest-1", ".policy-form");
  await createPolicy(page, "digest-image-policy");
  await take(page, "policy-image-registry-digest-2", ".registry");
}

async function drawCustomPolicy(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create Image Registry Policy" }).focus();
  await take(page, "policy-image-registry-custom-1", ".registry");
  await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
  await page.getByLabel("Image Registry Template").selectOption({ label: "Custom" });
  await page.getByLabel("Policy Name").fill("no-busybox-image-policy");
  await page.getByLabel("Image Name", { exact: true }).fill("busybox");
  await page.getByText(/Nothing runs|No namespace/).waitFor();
  await take(page, "policy-image-registry-custom-2", ".policy-form");
  await createPolicy(page, "no-busybox-image-policy");
}

async function drawLab(page: Page): Promise<void> {
  await page.setViewportSize(SCREEN_SIZE);
  for (let step = 0; step < 2; step++) await page.keyboard.press("Alt+ArrowRight");
  await page.getByRole("heading", { level: 1, name: "Block one image" }).waitFor();
  await page.getByRole("tab", { name: /^Terminal/ }).click();
  for (const command of ["namespace attach", "create deployment", "get events"]) await run(page, command);
  await page.screenshot({ path: join(root, "docs/screenshot.png"), scale: "css" });
}

/** What the lab's first page has made by its end: one workload that a policy on dry run would refuse. */
async function drawInsights(page: Page): Promise<void> {
  for (const command of ["deployment web", "deployment debug", "namespace attach", "--audit"])
    await run(page, command);
  await showOnNarrow(page, CONSOLE_SIZE.width);
  const navigation = page.getByRole("navigation", { name: "Console" });
  await navigation.getByRole("button", { name: "Insights", exact: true }).click();
  await page.getByRole("row", { name: /deployment\/debug/ }).waitFor();
  await take(page, "policy-insights-1", ".console");
}

async function createPolicy(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Create Policy", exact: true }).click();
  await page.getByRole("table", { name: "Direct policies" }).getByText(name).waitFor();
}

async function run(page: Page, command: string): Promise<void> {
  const block = page
    .locator(".block")
    .filter({ has: page.locator("pre", { hasText: command }) })
    .first();
  await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
  await block.getByText(/Succeeded/).waitFor();
}

/** Takes one part of the console down to the end of what is in it. */
async function take(page: Page, name: string, part: string): Promise<void> {
  const frame = await page.locator(".console").boundingBox();
  const shown = await page.locator(part).boundingBox();
  const content = await page.locator(".console__main > :last-child").boundingBox();
  if (!frame || !shown || !content) throw new Error(`${part} is not on the page, so ${name} cannot be drawn`);
  const end = Math.min(shown.y + shown.height, content.y + content.height) + MARGIN;
  const y = Math.max(frame.y, shown.y - MARGIN);
  const clip = { x: frame.x, y, width: frame.width, height: end - y };
  await page.screenshot({ path: join(root, "images", `${name}.png`), clip });
}

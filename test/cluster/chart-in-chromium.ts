import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium, openPage, takePicture } from "../browser/chromium.js";
import { runInTerminal } from "../browser/console-steps.js";
import { SeedPage } from "../browser/seed-page-steps.js";
import { configMapLab } from "../server/config-map-lab.js";
import { until } from "../server/lectern-process.js";

/** The page the product was asked to run, where it lies beside the product. */
const SEED = fileURLToPath(new URL("../../../shared/seed/image-registry-policies.md", import.meta.url));
const SEED_LAB = "title: The seed page\nlayout: default\nworkspaces: [tko-day1-ops-ws]\n";
const STEP_DEADLINE_MS = 60_000;

/** That page as a lab of a ConfigMap; undefined where it is not there. */
export function seedLab(): unknown[] | undefined {
  if (existsSync(SEED))
    return configMapLab("seed-page", { workshop: SEED_LAB, page: readFileSync(SEED, "utf8") });
  process.stderr.write(`skipped: the seed page is not at ${SEED}\n`);
  return undefined;
}

/** Goes through the lab as a learner does: its blocks on the first page, its checks on the last. */
export function learnFirstSteps(url: string): Promise<void> {
  return inChromium("chart-first-steps", async (page) => {
    await start(page, url, "First steps");
    await page.getByRole("heading", { level: 1, name: "Blocks that run" }).waitFor();
    await runBlocks(page);
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "Talking to a running program" }).waitFor();
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "Checks" }).waitFor();
    await runBlocks(page);
    await runInTerminal(page, "by-hand", "kubectl delete configmap greeting");
  });
}

/** Does what the page says: makes both policies in the console, sees them hold, and lifts them. */
export function learnSeedPage(url: string): Promise<void> {
  return inChromium("chart-seed-page", async (page) => {
    const id = await start(page, url, "The seed page");
    const learner = new SeedPage(page, id);
    await learner.findWorkspace();
    await learner.requireDigests();
    await learner.blockBusybox();
    await learner.seeRefusals();
    await learner.run("delete deployment");
    await learner.run("create deployment");
    await learner.deletePolicies();
    // No machine of this node has the image: that its pod is there is what the policies decide.
    await runInTerminal(
      page,
      "pod",
      `kubectl wait --for=create pod -l app=busybox-${id} -n ${id} --timeout=30s`,
    );
  });
}

/** Starts a lab of the catalogue; resolves to the session's id once its page is shown. */
async function start(page: Page, url: string, title: string): Promise<string> {
  const lab = page.getByRole("article", { name: title });
  // Each of the servers reads a lab that was just brought within some seconds, and the catalogue is as it was when it was opened.
  await until(`the catalogue has "${title}"`, STEP_DEADLINE_MS, async () => {
    await page.goto(url);
    await page.getByRole("article").first().waitFor();
    return (await lab.count()) > 0 ? true : undefined;
  });
  await lab.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/\/s\/[^/]+\/.+/);
  await page.getByRole("tab", { name: "Console" }).waitFor();
  return /\/s\/([^/]+)/.exec(page.url())?.[1] ?? "";
}

async function runBlocks(page: Page): Promise<void> {
  const button = { name: /^Run (again )?in terminal/ };
  const blocks = page.locator(".block").filter({ has: page.getByRole("button", button) });
  for (const block of await blocks.all()) {
    await block.getByRole("button", button).click();
    await block
      .getByText(/Succeeded|as it should/)
      .first()
      .waitFor();
  }
}

async function inChromium(picture: string, work: (page: Page) => Promise<void>): Promise<void> {
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser);
    page.setDefaultTimeout(STEP_DEADLINE_MS);
    await work(page).finally(() => takePicture(page, picture));
  } finally {
    await browser.close();
  }
}

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { openSession, policyRow, runInTerminal } from "./console-steps.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

/** The page the product was asked to run, where it lies beside the product. */
const PAGE = fileURLToPath(new URL("../../../shared/seed/image-registry-policies.md", import.meta.url));
const STEP_DEADLINE_MS = 20_000;
const isAbsent = !existsSync(PAGE);
if (isAbsent) process.stdout.write(`skipped: the seed page is not at ${PAGE}\n`);

// A learner with the page of the original product, in order; the page's own words are all they have to find things by.
describe.skipIf(isAbsent || isWithout("chromium") || isWithout("kubectl"))("the seed page as a lab", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  const failed: string[] = [];
  let id = "";

  beforeAll(async () => {
    server = await startLectern(["--lab", PAGE]);
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    page.on("response", (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${new URL(response.url()).pathname}`);
    });
    page.setDefaultTimeout(STEP_DEADLINE_MS);
    id = await openSession(page, server.url);
  });
  afterAll(async () => {
    if (page) await takePicture(page, "seed-end");
    await browser?.close();
    await server?.stop();
  });

  it("shows the page with the names of the session filled in", async () => {
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    await blockWith(`get ns ${id}`).waitFor();
    expect(await page.getByText("{{").count()).toBe(0);
    await takePicture(page, "seed-begin");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("finds Workspaces under the Image Registry tab in the Policies page, and the workspace of the page", async () => {
    await page.getByRole("tab", { name: "Console" }).click();
    const console = page.getByRole("region", { name: "Policy console" });
    await page.getByRole("navigation", { name: "Console" }).getByRole("button", { name: "Policies" }).click();
    await console.getByRole("heading", { level: 1, name: "Policies", exact: true }).waitFor();
    const tab = console.getByRole("tabpanel", { name: "Image Registry" });
    await console.getByRole("tab", { name: "Image Registry", selected: true }).waitFor();
    await tab.getByRole("button", { name: "Workspaces" }).click();
    await page.getByRole("row", { name: "tko-day1-ops-ws" }).click();
    await page.getByText("Image registry policies for workspace tko-day1-ops-ws").waitFor();
  });

  it("requires digests, with default values for the other fields", async () => {
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page
      .getByRole("combobox", { name: "Image Registry Template" })
      .selectOption({ label: "Require Digest" });
    await page.getByRole("textbox", { name: "Policy Name" }).fill("digest-image-policy");
    await page.getByText(/^Label Selectors/).waitFor();
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    await policyRow(page, "digest-image-policy").waitFor();
  });

  it("blocks images named busybox by a custom policy", async () => {
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page.getByLabel("Image Registry Template").selectOption({ label: "Custom" });
    await page.getByLabel("Policy Name").fill("no-busybox-image-policy");
    const rule = page.getByRole("group", { name: "Rule" });
    await rule.getByRole("textbox", { name: "Image Name" }).fill("busybox");
    for (const optional of ["Hostname", "Port"])
      await rule.getByRole("textbox", { name: optional }).waitFor();
    await page.getByRole("button", { name: "Add Another Rule" }).waitFor();
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    const created = policyRow(page, "no-busybox-image-policy");
    await page.getByLabel("Organization and workspaces").getByText("2 policies", { exact: true }).waitFor();
    for (const may of ["Edit", "Delete"])
      await created.getByRole("button", { name: `${may} no-busybox-image-policy` }).waitFor();
  });

  it("attaches the namespace and creates the deployment, whose pods are refused for both policies", async () => {
    await run(`get ns ${id}`);
    await run("namespace attach");
    await run("create deployment");
    await run("get events");
    const terminal = page.locator(".xterm-rows").first();
    await terminal
      .getByText(/FailedCreate/)
      .first()
      .waitFor();
    for (const policy of ["digest-image-policy", "no-busybox-image-policy"]) {
      await terminal.getByText(new RegExp(policy)).first().waitFor();
    }
    await takePicture(page, "seed-refused");
  });

  it("deletes the deployment", async () => {
    await run("delete deployment");
  });

  it("gives the same deployment its pod once the policies are deleted", async () => {
    await run("create deployment");
    await page.getByRole("tab", { name: "Console" }).click();
    for (const name of ["digest-image-policy", "no-busybox-image-policy"]) {
      await page.getByRole("button", { name: `Delete ${name}` }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByRole("button", { name: "Delete policy" }).click();
      await policyRow(page, name).waitFor({ state: "detached" });
    }
    await runInTerminal(
      page,
      "pod",
      `kubectl wait --for=condition=Available deployment/busybox-${id} -n ${id} --timeout=10s`,
    );
    await takePicture(page, "seed-lifted");
  });

  it("meets no error on the way but for the pictures, which did not come with the page", () => {
    expect(problems.filter((problem) => !problem.startsWith("Failed to load resource"))).toEqual([]);
    expect(failed.filter((answer) => !/^404 .*\/files\/~images\/[\w-]+\.png$/.test(answer))).toEqual([]);
  });

  function blockWith(command: string): Locator {
    return page
      .locator(".block")
      .filter({ has: page.locator("pre", { hasText: command }) })
      .first();
  }

  async function run(command: string): Promise<void> {
    const block = blockWith(command);
    await block.getByRole("button", { name: /^Run (again )?in terminal 1/ }).click();
    await block.getByText(/Succeeded/).waitFor();
  }
});

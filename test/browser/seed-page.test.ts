import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { openSession, runInTerminal } from "./console-steps.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { SeedPage } from "./seed-page-steps.js";

/** The page the product was asked to run, where it lies beside the product. */
const PAGE = fileURLToPath(new URL("../../../shared/seed/image-registry-policies.md", import.meta.url));
const STEP_DEADLINE_MS = 60_000;
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
  let learner: SeedPage;

  beforeAll(async () => {
    server = await startLectern(["--lab", PAGE]);
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    page.on("response", (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${new URL(response.url()).pathname}`);
    });
    page.setDefaultTimeout(STEP_DEADLINE_MS);
    id = await openSession(page, server.url);
    learner = new SeedPage(page, id);
  });
  afterAll(async () => {
    if (page) await takePicture(page, "seed-end");
    await browser?.close();
    await server?.stop();
  });

  it("shows the page with the names of the session filled in", async () => {
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    await learner.blockWith(`get ns ${id}`).waitFor();
    expect(await page.getByText("{{").count()).toBe(0);
    await takePicture(page, "seed-begin");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("finds Workspaces under the Image Registry tab in the Policies page, and the workspace of the page", async () => {
    await learner.findWorkspace();
  });

  it("requires digests, with default values for the other fields", async () => {
    await learner.requireDigests();
  });

  it("blocks images named busybox by a custom policy", async () => {
    await learner.blockBusybox();
  });

  it("attaches the namespace and creates the deployment, whose pods are refused for both policies", async () => {
    await learner.seeRefusals();
    await takePicture(page, "seed-refused");
  });

  it("deletes the deployment", async () => {
    await learner.run("delete deployment");
  });

  it("gives the same deployment its pod once the policies are deleted", async () => {
    await learner.run("create deployment");
    await learner.deletePolicies();
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
});

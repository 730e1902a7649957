import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, SIZES, takePicture, THEMES } from "./chromium.js";
import { cutOff } from "./cut-off.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

const LAB = "Image Registry Policies";
/** A click on a real cluster, with the checks that follow it. */
const STEP_DEADLINE_MS = 60_000;

// One learner's way through the lab, in order, against `lectern serve` as it is shipped.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("a learner's way through the lab", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    server = await startLectern();
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    page.setDefaultTimeout(STEP_DEADLINE_MS);
  });
  afterAll(async () => {
    await takePicture(page, "journey-end");
    await browser?.close();
    await server?.stop();
  });

  it("begins in the catalogue and leads through the making of a session", async () => {
    await page.goto(server.url);
    await page.getByRole("article", { name: LAB }).getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "Workspaces and their policies" }).waitFor();
    expect(page.url()).toMatch(/\/s\/[a-z0-9-]{1,25}\/01-workspaces$/);
  });

  it("runs a block in the terminal beside it, and says that it succeeded", async () => {
    const block = blockWith(page, "get ns");
    await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await block.getByText(/Succeeded/).waitFor();
    await terminalText(page)
      .getByText(/Active/)
      .first()
      .waitFor();
  });

  it("goes to the terminal by a key, types there, and leaves it by Escape and Tab", async () => {
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    await page.keyboard.type("echo typed-$((40 + 2))\n");
    await terminalText(page).getByText("typed-42").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await focusedName(page)).not.toBe("Terminal 1");
  });

  it("makes the first policy in the console, with the labels the page names", async () => {
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "Require a digest" }).waitFor();
    await page.getByRole("tab", { name: "Console" }).click();
    await chooseWorkspace(page);
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page.getByLabel("Image Registry Template").selectOption({ label: "Require Digest" });
    await page.getByLabel("Policy Name").fill("digest-image-policy");
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    await page.getByRole("table", { name: "Direct policies" }).getByText("digest-image-policy").waitFor();
  });

  it("makes the second, which blocks busybox", async () => {
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { level: 1, name: "Block one image" }).waitFor();
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page.getByLabel("Image Registry Template").selectOption({ label: "Custom" });
    await page.getByLabel("Policy Name").fill("no-busybox-image-policy");
    await page.getByLabel("Image Name", { exact: true }).fill("busybox");
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    await page.getByRole("table", { name: "Direct policies" }).getByText("no-busybox-image-policy").waitFor();
    await page.getByText("Done", { exact: true }).waitFor();
  });

  it("attaches the namespace by the keyboard alone; the checks tick by themselves", async () => {
    await page.keyboard.press("Alt+Enter");
    const block = blockWith(page, "namespace attach");
    await block.getByText(/Succeeded/).waitFor();
    const checks = block.getByRole("list", { name: "What should be true afterwards" }).getByRole("listitem");
    expect(await checks.count()).toBe(1);
    for (const check of await checks.all()) await check.getByText("(true)").waitFor();
  });

  it("sees the deployment made and its pods refused", async () => {
    for (const command of ["create deployment", "get events"]) {
      const block = blockWith(page, command);
      await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
      await block.getByText(/Succeeded/).waitFor();
    }
  });

  it("is told that a deployment exists already, and not that a policy refused it", async () => {
    const block = blockWith(page, "create deployment");
    await block.getByText("Its pods will be refused by image policy").waitFor();
    await block.getByRole("button", { name: /^Run again in terminal 1/ }).click();
    await block
      .getByText(/already exists/)
      .first()
      .waitFor();
    expect(await block.getByText(/refused by image policy/i).count()).toBe(0);
  });

  it("is told in place which policy refused a pod", async () => {
    const block = blockWith(page, "run direct");
    await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await block.getByText(/Refused, as it should be/).waitFor();
    await block.getByText("Refused by image policy").waitFor();
    for (const policy of ["digest-image-policy", "no-busybox-image-policy"]) {
      await block.getByText(`Policy ${policy} refused the image quay.io/tools/busybox:1.36`).waitFor();
    }
  });

  it("is led to the place where the policy is set", async () => {
    await page.getByRole("tab", { name: "Console" }).click();
    await page.getByRole("button", { name: "Namespaces", exact: true }).click();
    await blockWith(page, "run direct").getByRole("button", { name: "Open policies" }).click();
    await page.getByRole("table", { name: "Direct policies" }).getByText("no-busybox-image-policy").waitFor();
    expect(page.url()).toContain("/console/policies/image-registry/workspaces/tko-day1-ops-ws");
    await page.getByRole("tab", { name: "Terminal" }).click();
  });

  it("finds everything again after a reload: results, terminal and place", async () => {
    const before = await terminalText(page).innerText();
    await page.reload();
    await blockWith(page, "namespace attach")
      .getByText(/Succeeded/)
      .waitFor();
    await expect.poll(() => terminalText(page).innerText()).toBe(before);
    await page.getByRole("button", { name: /^Page 3 of 4/ }).waitFor();
  });

  it("looks right and is accessible in both themes and all sizes", async () => {
    for (const theme of THEMES) {
      for (const size of SIZES) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize(size);
        await blockWith(page, "run direct").scrollIntoViewIfNeeded();
        await takePicture(page, `journey-${theme}-${size.width}`);
        const found = await accessibilityProblems(page, RULES_IN[theme]);
        expect(found, `${theme}, ${size.width} wide`).toEqual([]);
        expect(await cutOff(page), `${size.width} wide`).toEqual([]);
      }
    }
    await page.setViewportSize(SIZES[0]);
  });

  it("is seen by the instructor, who can watch and not touch", async () => {
    const id = /\/s\/([^/]+)/.exec(page.url())?.[1] ?? "";
    const instructor = (await openPage(browser)).page;
    instructor.setDefaultTimeout(STEP_DEADLINE_MS);
    await instructor.goto(`${server.url}instructor`);
    await instructor.getByLabel("Token").fill(server.token);
    await instructor.getByRole("button", { name: "Log in" }).click();
    await instructor.getByRole("row", { name: id }).getByText("3 of 4").waitFor();
    await takePicture(instructor, "journey-instructor");
    await instructor.getByRole("link", { name: `Watch ${id}` }).click();
    await instructor.getByText(`You are watching ${id}.`).waitFor();
    await instructor.getByRole("heading", { level: 1, name: "Block one image" }).waitFor();
    await terminalText(instructor)
      .getByText(/kubectl/)
      .first()
      .waitFor();
    expect(
      await blockWith(instructor, "run direct")
        .getByRole("button", { name: /^Run again/ })
        .isDisabled(),
    ).toBe(true);
    await takePicture(instructor, "journey-watching");
    await instructor.context().close();
  });

  it("keeps the text when the session is ended, with the terminals read-only", async () => {
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByText("This session has ended.").waitFor();
    await page.getByText("Read only: the session has ended.").waitFor();
    await page.getByRole("heading", { level: 1, name: "Block one image" }).waitFor();
    expect(
      await blockWith(page, "run direct")
        .getByRole("button", { name: /^Run again/ })
        .isDisabled(),
    ).toBe(true);
  });

  it("meets no error of the page on the way", () => {
    expect(problems).toEqual([]);
  });
});

function blockWith(page: Page, command: string): Locator {
  return page
    .locator(".block")
    .filter({ has: page.locator("pre", { hasText: command }) })
    .first();
}

function terminalText(page: Page): Locator {
  return page.locator(".xterm-rows").first();
}

function focusedName(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}

async function chooseWorkspace(page: Page): Promise<void> {
  await page.getByLabel("Organization and workspaces").getByText("tko-day1-ops-ws").click();
  await page.getByText(/policies for workspace tko-day1-ops-ws/).waitFor();
}

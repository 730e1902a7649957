import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { takePicture } from "./chromium.js";
import { focusedName } from "./console-steps.js";
import { type StartedLab, startLab } from "./started-lab.js";

const FILES = {
  "workshop.yaml": "title: Shells\nlayout: default\npages: [one]\n",
  "pages/one.md":
    "# One\n\n```execute-1\necho first-$((40 + 2))\n```\n\n```execute-2\necho second-$((40 + 3))\n```\n",
};

// What runs is what is on the screen, also after the learner has ended a shell or the layout has too few terminals.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the terminal a block runs in", () => {
  let lab: StartedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await startLab("shells", FILES);
    ({ page } = lab);
    await page.getByRole("heading", { level: 1, name: "One" }).waitFor();
  });
  afterAll(() => lab?.close());

  async function endShell(how: () => Promise<void>): Promise<void> {
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    await how();
    await page.getByText("This shell has ended; its last screen stays.").waitFor();
  }

  it("is another one than the layout shows where the block says so, and is shown", async () => {
    await page.getByRole("button", { name: /^Run in terminal 2/ }).click();
    await page.getByRole("button", { name: "Terminal 2", pressed: true }).waitFor();
    await page.getByRole("region", { name: "Terminal 2" }).getByText("second-43").waitFor();
    await page.getByText(/^Succeeded/).waitFor();
  });

  it("has a new shell at the press of a button where its own has ended", async () => {
    await endShell(() => page.keyboard.type("exit\n"));
    await takePicture(page, "dead-shell");
    await page.getByRole("button", { name: "Start a new shell" }).click();
    await page.getByText("This shell has ended").waitFor({ state: "detached" });
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    await page.keyboard.type("echo typed-$((40 + 1))\n");
    await page.getByRole("region", { name: "Terminal 1" }).getByText("typed-41").waitFor();
  });

  it("has a new shell, on the screen, where a block runs after its own has ended", async () => {
    await endShell(() => page.keyboard.press("Control+d"));
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await page.getByRole("region", { name: "Terminal 1" }).getByText("first-42").waitFor();
    await expect.poll(() => page.getByText(/^Succeeded/).count()).toBe(2);
    expect(await page.getByText("This shell has ended").count()).toBe(0);
  });
});

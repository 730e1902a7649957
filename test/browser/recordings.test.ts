import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

/** What the second prints comes late enough to see the screen as it was when the step began, which is played from there. */
const TEXT =
  "# One\n\n```execute-1\necho first-$((40+2))\n```\n\n```execute-1\nsleep 3; echo second-$((50+2))\n```\n";

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("recordings of a session", () => {
  let started: StartedLab;
  let page: Page;

  beforeAll(async () => {
    started = await startLab("recorded", {
      "workshop.yaml": "title: Recorded\nlayout: default\n",
      "pages/01-one.md": TEXT,
    });
    ({ page } = started);
    for (const command of ["echo first", "echo second"]) {
      const block = page.locator(".block", { hasText: command });
      await block.getByRole("button", { name: /^Run/ }).click();
      await block.getByText("Succeeded").waitFor();
    }
  });
  afterAll(() => started?.close());

  const player = () => page.getByRole("region", { name: "Recording of terminal 1" });
  const shown = () => player().locator(".xterm-rows").innerText();
  const time = () => player().getByRole("slider", { name: "Time" });
  const position = async () => Number(await time().inputValue());

  it("are played for their learner, who finds them where it is said that there are some", async () => {
    await page.getByRole("button", { name: "Help and keys" }).click();
    await page.getByRole("link", { name: "Play what was recorded" }).click();
    await page.getByRole("button", { name: /^Play terminal 1/ }).click();
    await expect.poll(shown).toMatch(/first-42[^]*second-52/);
    await player().getByRole("button", { name: "Play", exact: true }).waitFor();
  });

  it("go to their steps and back to the beginning, by a click or a key", async () => {
    const step = player().getByRole("button", { name: /echo second/ });
    await step.click();
    await expect.poll(shown).not.toContain("second-52");
    await expect.poll(shown).toContain("first-42");
    await expect.poll(shown).toContain("second-52");
    await player().getByRole("button", { name: "Play", exact: true }).waitFor();
    await time().focus();
    for (let presses = 0; (await position()) > 0 && presses < 100; presses += 1)
      await page.keyboard.press("ArrowLeft");
    await expect.poll(shown).not.toContain("first-42");
    await player().getByLabel("Speed").selectOption("16");
    await player().getByRole("group", { name: "What the terminal showed" }).focus();
    await page.keyboard.press("Space");
    await expect.poll(shown).toContain("second-52");
  });

  it("do not keep the keyboard", async () => {
    await player().locator(".xterm-screen").click();
    await page.keyboard.press("Tab");
    expect(await player().locator(".xterm :focus").count()).toBe(0);
  });

  it("look right in both themes and on a phone, for instructors as well", async () => {
    const session = /\/s\/([^/?]+)/.exec(page.url())?.[1] ?? "";
    await page.goto(`${started.server.url}instructor/sessions/${session}/recordings`);
    await page.getByLabel("Token").fill(started.server.token);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Play terminal 1/ }).click();
    await expect.poll(shown).toContain("second-52");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `recordings-${colorScheme}`);
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await page.setViewportSize(SIZES[2]);
    await takePicture(page, "recordings-390");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("link", { name: "Watch the session" }).click();
    await page.getByText(`You are watching ${session}.`).waitFor();
    await page.getByRole("link", { name: "Recordings", exact: true }).waitFor();
  });
});

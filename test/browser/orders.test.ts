import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture } from "./chromium.js";
import { DEADLINE_MS, openRoom, type Room } from "./room.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("orders-lab", {
  "workshop.yaml": "title: Lab of the room\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho fine\n```\n",
});

// What an instructor tells a room, in order, against `lectern serve`: one learner on a large screen, one on a phone.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("an instructor who speaks to all", () => {
  let room: Room;
  let instructor: Page;
  let ada: Page;
  let grace: Page;

  beforeAll(async () => {
    room = await openRoom({ name: "orders-lab", folder: LAB.folder }, 2);
    [ada, grace] = [await room.open(SIZES[1]), await room.open(SIZES[2])];
    for (const [at, page] of [ada, grace].entries()) {
      await page.goto(room.links[at]?.link ?? "");
      await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    }
    instructor = await room.logIn(SIZES[0]);
    await instructor.getByRole("checkbox", { name: "Select all sessions shown" }).check();
  });
  afterAll(async () => {
    if (instructor) await takePicture(instructor, "orders-end");
    await room?.close();
    LAB.remove();
  });

  it("tells both a sentence and a command, which stands beside the work and runs only by a click", async () => {
    for (const page of [ada, grace])
      await page.locator(".xterm-rows > div").first().waitFor({ state: "attached" });
    await expect.poll(() => textOf(ada), { timeout: DEADLINE_MS }).toContain("$");
    const lines = await ada.locator(".xterm-rows > div").count();
    await instructor.getByRole("button", { name: "Message…" }).click();
    const form = instructor.getByRole("form", { name: "Message" });
    await form.getByLabel("What do you tell them?").fill("Have a look at this before you go on");
    await form.getByLabel("A command they may run", { exact: false }).fill("echo told-$((40+2))");
    await takePicture(instructor, "orders-message");
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await form.getByRole("button", { name: "Send to 2" }).click();
    await instructor.getByText("2 sessions told.").waitFor();
    for (const page of [ada, grace]) {
      await told(page).getByText("Have a look at this before you go on").waitFor();
      await page
        .getByRole("status")
        .filter({ hasText: "Your instructor: Have a look" })
        .first()
        .waitFor({ state: "attached" });
      await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await takePicture(ada, "orders-told");
    await takePicture(grace, "orders-told-390");
    await expect.poll(() => textOf(ada), { timeout: DEADLINE_MS }).toContain("$");
    await told(ada).getByRole("button", { name: "Paste only" }).click();
    await expect.poll(() => textOf(ada), { timeout: DEADLINE_MS }).toContain("echo told-");
    expect(await textOf(ada)).not.toContain("told-42");
    await ada.locator(".xterm-helper-textarea").first().focus();
    await ada.keyboard.press("Control+c");
    await told(ada).getByRole("button", { name: "Run it" }).click();
    await expect.poll(() => textOf(ada), { timeout: DEADLINE_MS }).toContain("told-42");
    // The words stand over the terminal, which keeps its size.
    expect(await ada.locator(".xterm-rows > div").count()).toBe(lines);
    await told(ada).getByRole("button", { name: "Put away" }).click();
    await told(ada).waitFor({ state: "detached" });
    await ada.reload();
    await ada.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    expect(await told(ada).count()).toBe(0);
  });

  it("asks both, and counts who has answered what", async () => {
    await instructor.getByRole("button", { name: "Message…" }).click();
    const form = instructor.getByRole("form", { name: "Message" });
    await form.getByLabel("What do you tell them?").fill("Is everyone at page 3?");
    await form.getByLabel("A question", { exact: false }).check();
    await form.getByRole("button", { name: "Send to 2" }).click();
    await instructor.getByText("0 yes, 0 no, 2 not yet.", { exact: false }).waitFor();
    await told(ada).getByRole("button", { name: "Yes" }).click();
    await told(grace).getByRole("button", { name: "No" }).focus();
    await grace.keyboard.press("Enter");
    await instructor.getByText("1 yes, 1 no, 0 not yet.", { exact: false }).waitFor();
    await grace.getByRole("button", { name: "No", pressed: true }).waitFor();
    await takePicture(instructor, "orders-answers");
    await takePicture(grace, "orders-question-390");
    expect(await accessibilityProblems(grace)).toEqual([]);
  });

  it("lets time stand still for both, whose pages say until when, and go on", async () => {
    await instructor.getByRole("button", { name: "Pause…" }).click();
    const form = instructor.getByRole("form", { name: "Pause" });
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await form.getByRole("button", { name: "Pause 2" }).click();
    await instructor.getByText("2 sessions paused.").waitFor();
    for (const page of [ada, grace]) {
      const bar = page.getByRole("complementary", { name: "Pause" });
      await bar.getByText(/Pause until \d/).waitFor();
    }
    await instructor
      .getByRole("cell", { name: /paused/ })
      .first()
      .waitFor();
    for (const page of [ada, instructor]) await page.emulateMedia({ colorScheme: "dark" });
    await takePicture(ada, "orders-paused-dark");
    await takePicture(instructor, "orders-paused-table-dark");
    expect(await accessibilityProblems(ada)).toEqual([]);
    await instructor.getByRole("button", { name: "Pause…" }).click();
    await form.getByRole("button", { name: "Go on now" }).click();
    for (const page of [ada, grace])
      await page.getByRole("complementary", { name: "Pause" }).waitFor({ state: "detached" });
  });

  it("ends all with a warning after a question", async () => {
    await instructor.getByRole("button", { name: "End in 5 min…" }).click();
    await instructor.getByRole("button", { name: "Tell them, and end then" }).click();
    for (const page of [ada, grace]) {
      await told(page)
        .getByText(/Your session ends in \d min/)
        .waitFor();
      await page.getByRole("timer", { name: /^[0-5] min/ }).waitFor();
    }
    expect(room.problems).toEqual([]);
  });
});

function told(page: Page): Locator {
  return page.getByRole("complementary", { name: "From your instructor" });
}

async function textOf(page: Page): Promise<string> {
  return (await page.locator(".xterm-rows").first().textContent()) ?? "";
}

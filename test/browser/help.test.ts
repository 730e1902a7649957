import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture } from "./chromium.js";
import { DEADLINE_MS, openRoom, type Room } from "./room.js";
import { writeLab } from "./write-lab.js";

const FILLER = "Words that push the failing step out of sight.\n\n".repeat(60);
const LAB = writeLab("help-lab", {
  "workshop.yaml": "title: Lab with trouble\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": `# Begin\n\n${FILLER}\`\`\`execute-1\nfalse\n\`\`\`\n\nThe end.\n`,
});

// A learner who is stuck, in order, against `lectern serve`: the instructor and another helper on large screens, the learner on a small one.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("help on the day", () => {
  let room: Room;
  let helper: Page;
  let other: Page;
  let learner: Page;
  let id = "";

  beforeAll(async () => {
    room = await openRoom({ name: "help-lab", folder: LAB.folder }, 1);
    const [made] = room.links;
    id = made?.id ?? "";
    learner = await room.open(SIZES[2]);
    await learner.goto(made?.link ?? "");
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    [helper, other] = [await room.logIn(SIZES[0]), await room.logIn(SIZES[0])];
  });
  afterAll(async () => {
    if (helper) await takePicture(helper, "help-end");
    await room?.close();
    LAB.remove();
  });

  it("is asked for with a sentence, by the keyboard, on a phone", async () => {
    await learner.getByRole("button", { name: /^Run/ }).click();
    await learner
      .getByText(/^Failed/)
      .first()
      .waitFor();
    const ask = learner.getByRole("button", { name: "I need help" });
    await ask.focus();
    await learner.keyboard.press("Enter");
    const dialog = learner.getByRole("dialog", { name: "What is the matter?" });
    await dialog.getByLabel("In a sentence, if you like").fill("It says <nothing> and fails");
    await takePicture(learner, "help-ask-390");
    expect(await accessibilityProblems(learner)).toEqual([]);
    await dialog.getByRole("button", { name: "Ask for help" }).click();
    await learner.getByRole("button", { name: "You asked for help" }).waitFor();
    await live(learner, "Your instructors are told that you need help.");
  });

  it("is seen by every helper at once, with the sentence, and said by the live region", async () => {
    for (const page of [helper, other]) {
      await queue(page).getByText("It says <nothing> and fails").waitFor();
      await page.getByText(`${id} asks for help.`).waitFor({ state: "attached" });
      await page.getByRole("row").filter({ hasText: id }).getByText("Asks for help: It says").waitFor();
    }
    await takePicture(helper, "help-queue");
    expect(await accessibilityProblems(helper)).toEqual([]);
    await helper.emulateMedia({ colorScheme: "dark" });
    await helper.setViewportSize(SIZES[2]);
    await takePicture(helper, "help-queue-dark-390");
    expect(await accessibilityProblems(helper)).toEqual([]);
    await helper.emulateMedia({ colorScheme: "light" });
    await helper.setViewportSize(SIZES[0]);
  });

  it("is taken by one helper under a name, which the learner and the other helper read", async () => {
    await queue(helper)
      .getByRole("button", { name: `I take it: ${id}` })
      .click();
    await queue(helper).getByText("Say first who you are", { exact: false }).waitFor();
    await queue(helper).getByLabel("You are").fill("Barbara");
    await queue(helper)
      .getByRole("button", { name: `I take it: ${id}` })
      .click();
    await queue(other).getByText("Barbara comes", { exact: false }).waitFor();
    await learner.getByRole("button", { name: "Barbara comes" }).waitFor();
    await live(learner, "Barbara comes to help you.");
    await takePicture(learner, "help-comes-390");
  });

  it("begins on the learner's page at the step that fails", async () => {
    await queue(helper)
      .getByRole("link", { name: `Open page of ${id}` })
      .click();
    const block = helper.locator("[data-shown]");
    await block.getByText("false", { exact: true }).waitFor();
    await expect.poll(() => block.evaluate(isInSight), { timeout: DEADLINE_MS }).toBe(true);
    await expect
      .poll(() => block.evaluate((element) => element === document.activeElement), { timeout: DEADLINE_MS })
      .toBe(true);
    await takePicture(helper, "help-step");
  });

  it("asks before anybody types, and says who it is", async () => {
    await helper.getByRole("button", { name: "Ask to type" }).click();
    await helper.getByText("Waiting for the learner to agree").waitFor();
    const bar = learner.getByRole("complementary", { name: "Typing together" });
    await bar.getByText("Barbara asks to type in your terminals.").waitFor();
    await live(learner, "Barbara asks to type with you.");
    await takePicture(learner, "help-asked-390");
    expect(await accessibilityProblems(learner)).toEqual([]);
    await bar.getByRole("button", { name: "Let Barbara type" }).click();
    await bar.getByText("Barbara types in your terminals with you.").waitFor();
    await helper.getByText("You type with the learner.").waitFor();
  });

  it("lets both type in the same shell, which keeps the learner's size", async () => {
    await learner.setViewportSize(SIZES[1]);
    await type(helper, "from_helper=yes");
    await expect.poll(() => textOf(learner), { timeout: DEADLINE_MS }).toContain("from_helper=yes");
    await type(learner, "echo it-is-${from_helper}");
    await expect.poll(() => textOf(helper), { timeout: DEADLINE_MS }).toContain("it-is-yes");
    await type(helper, "echo last-$((50+2))");
    await expect.poll(() => textOf(learner), { timeout: DEADLINE_MS }).toContain("last-52");
    // It fills the learner's place, and not the helper's, which is larger.
    await expect.poll(() => rowsToSpare(learner), { timeout: DEADLINE_MS }).toBeLessThan(2);
    await expect.poll(() => rowsToSpare(helper), { timeout: DEADLINE_MS }).toBeGreaterThan(2);
    await takePicture(helper, "help-typing");
    await takePicture(learner, "help-typing-learner");
    expect(await accessibilityProblems(helper)).toEqual([]);
    expect(await accessibilityProblems(learner)).toEqual([]);
  });

  it("ends with one key, also from within the terminal, and the helper only looks again", async () => {
    await learner.locator(".xterm-helper-textarea").first().focus();
    await learner.keyboard.press("F8");
    await learner.getByRole("complementary", { name: "Typing together" }).waitFor({ state: "detached" });
    await helper.getByRole("button", { name: "Ask to type" }).waitFor();
    await helper.locator(".xterm-helper-textarea").first().focus();
    await helper.keyboard.type("from_nobody");
    await type(learner, "echo and-$((40+2))");
    await expect.poll(() => textOf(helper), { timeout: DEADLINE_MS }).toContain("and-42");
    expect(await textOf(learner)).not.toContain("from_nobody");
  });

  it("is done when a helper says so, and leaves the queue", async () => {
    await queue(other)
      .getByRole("button", { name: `Done with ${id}` })
      .click();
    await queue(other).waitFor({ state: "detached" });
    await learner.getByRole("button", { name: "I need help" }).waitFor();
    expect(room.problems).toEqual([]);
  });
});

function queue(page: Page): Locator {
  return page.getByRole("region", { name: /Help is asked for/ });
}

async function live(page: Page, words: string): Promise<void> {
  await page.getByRole("status").filter({ hasText: words }).first().waitFor({ state: "attached" });
}

async function type(page: Page, line: string): Promise<void> {
  await page.locator(".xterm-helper-textarea").first().focus();
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

async function textOf(page: Page): Promise<string> {
  return (await page.locator(".xterm-rows").first().textContent()) ?? "";
}

/** How many more rows would fit into the terminal's place on the page. */
async function rowsToSpare(page: Page): Promise<number> {
  return page
    .locator(".terminal-pane__screen")
    .first()
    .evaluate((place) => {
      const [screen, row] = [".xterm-screen", ".xterm-rows > div"].map(
        (what) => place.querySelector(what)?.getBoundingClientRect().height ?? 0,
      );
      return (place.clientHeight - (screen ?? 0)) / (row || 1);
    });
}

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

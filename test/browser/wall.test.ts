import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture, THEMES } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { cutOff } from "./cut-off.js";
import { DEADLINE_MS, openRoom, type Room } from "./room.js";
import { wallRows, wallScreens } from "./sample-wall.js";
import { writeLab } from "./write-lab.js";

const PATIENT = { timeout: DEADLINE_MS };

describe.skipIf(isWithout("chromium"))("the wall of a full room", () => {
  let opened: ContractBrowser;
  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  const show = async (query = "", look: Parameters<ContractBrowser["open"]>[2] = {}) => {
    await opened.open(`instructor/wall${query}`, { rows: wallRows(), screens: wallScreens() }, look);
    await opened.page.locator(".wall__text", { hasText: "kubectl get pods" }).first().waitFor();
    return opened.page;
  };

  for (const theme of THEMES)
    for (const size of SIZES)
      it(`is accessible, ${theme}, ${String(size.width)} wide`, async () => {
        const page = await show("", { theme, size });
        await takePicture(page, `wall-${theme}-${String(size.width)}`);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await cutOff(page)).toEqual([]);
      });

  it("has all sixty on one screen of a laptop", async () => {
    const page = await show("", { size: SIZES[0] });
    expect(await tiles(page).count()).toBe(60);
    const last = await tiles(page).last().boundingBox();
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(SIZES[0].height);
  });

  it.each([30, 12, 6])("has %i as large as they can be on one screen of a laptop", async (count) => {
    const rows = wallRows().slice(0, count);
    await opened.open("instructor/wall", { rows, screens: wallScreens() }, { size: SIZES[0] });
    await expect.poll(() => tiles(opened.page).count(), PATIENT).toBe(count);
    const last = await tiles(opened.page).last().boundingBox();
    const bottom = (last?.y ?? Infinity) + (last?.height ?? 0);
    expect(bottom).toBeGreaterThan(SIZES[0].height * 0.6);
    expect(bottom).toBeLessThanOrEqual(SIZES[0].height);
    await takePicture(opened.page, `wall-${String(count)}`);
  });

  it("says of each who, where and how, in words", async () => {
    const page = await show();
    const asking = page.getByRole("link", { name: / asks page 2, step 4\/4 My pod does not start$/ });
    expect(await asking.innerText()).toContain("asks");
    expect(await page.getByRole("link", { name: / stuck .* One step failed 4 times$/ }).count()).toBe(5);
    expect(
      await page.getByRole("link", { name: / idle .* Nothing happened for 14 min$/ }).count(),
    ).toBeGreaterThan(2);
    expect(await page.getByRole("link", { name: / done page / }).count()).toBeGreaterThan(2);
  });

  it("shows those of a state, and finds by name; the address says which, and a reload keeps it", async () => {
    const page = await show();
    const group = page.getByRole("group", { name: "Which terminals" });
    await group.getByRole("button", { name: "stuck 5" }).click();
    await expect.poll(() => tiles(page).count(), PATIENT).toBe(5);
    await page.getByRole("searchbox", { name: "Search the wall" }).fill("berg");
    await page.getByText("1 of 60 terminals").waitFor();
    await page.reload();
    await page.getByText("1 of 60 terminals").waitFor();
    await page.getByRole("searchbox", { name: "Search the wall" }).fill("nobody of that name");
    await page.getByText("No terminal matches.").waitFor();
    await takePicture(page, "wall-nothing");
  });

  it("begins with those who need somebody, where that is wanted", async () => {
    const page = await show();
    await page.getByRole("group", { name: "Sorted by" }).getByRole("button", { name: "Need" }).click();
    await page.locator(".wall__tile:first-child[data-state=asking]").waitFor();
    await page.locator(".wall__tile:last-child[data-state=done]").waitFor();
  });

  it("is walked through by arrow keys", async () => {
    const page = await show("", { size: SIZES[0] });
    const focused = () =>
      page.evaluate(() =>
        [...document.querySelectorAll(".wall__link")].indexOf(document.activeElement as Element),
      );
    await tiles(page).first().getByRole("link").focus();
    for (const [key, place] of [
      ["ArrowRight", 1],
      ["ArrowLeft", 0],
      ["End", 59],
      ["Home", 0],
    ] as const) {
      await page.keyboard.press(key);
      expect(await focused()).toBe(place);
    }
    await page.keyboard.press("ArrowDown");
    const below = await focused();
    expect(below).toBeGreaterThan(5);
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe(0);
  });

  it("for the projector has neither names nor what they say", async () => {
    const page = await show("", { size: SIZES[0] });
    await page.getByRole("button", { name: "Without names" }).click();
    await page.getByRole("link", { name: /^Terminal 1 busy / }).waitFor();
    const html = await page.content();
    for (const word of ["Berg", "Åkesson", "My pod does not start"]) expect(html).not.toContain(word);
    expect(await page.getByRole("searchbox").count()).toBe(0);
    await takePicture(page, "wall-projector");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("says that there is nothing yet, and how that changes", async () => {
    await opened.open("instructor/wall", { rows: [] });
    await opened.page.getByText("No terminals yet").waitFor();
    await takePicture(opened.page, "wall-empty");
  });
});

const LAB = writeLab("wall-lab", {
  "workshop.yaml": "title: Lab on the wall\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\ntrue\n```\n\n```execute-1\necho two\n```\n",
});

// Against `lectern serve`: real shells, three learners, of whom one works.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the wall of a real room", () => {
  let room: Room;
  let wall: Page;
  let learner: Page;
  let id = "";

  beforeAll(async () => {
    room = await openRoom({ name: "wall-lab", folder: LAB.folder }, 3);
    const [made] = room.links;
    id = made?.id ?? "";
    wall = await room.logIn(SIZES[0]);
    learner = await room.open(SIZES[1]);
    await learner.goto(made?.link ?? "");
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    // It has the size of its place once it is connected.
    await learner.locator(".xterm-rows", { hasText: /[$#]/ }).first().waitFor();
  });
  afterAll(async () => {
    if (wall) await takePicture(wall, "wall-end");
    await room?.close();
    LAB.remove();
  });

  it("is a link away from the table, and has a place for each session", async () => {
    await wall.getByRole("link", { name: "Wall of terminals" }).click();
    await expect.poll(() => tiles(wall).count(), PATIENT).toBe(3);
    expect(await wall.title()).toBe("Wall · Lectern");
  });

  it("shows what the learner types, at the learner's size", async () => {
    const before = await rowsOf(learner);
    await learner.locator(".xterm-helper-textarea").first().focus();
    await learner.keyboard.type("echo seen-$((40+2))");
    await learner.keyboard.press("Enter");
    await expect.poll(() => textOf(wall, id), PATIENT).toContain("seen-42");
    await expect.poll(() => rowsOf(learner), PATIENT).toBe(before);
  });

  it("says on which step the learner is, and that those who have not come are not here", async () => {
    await wall.getByRole("link", { name: `${id} busy page 1, step 1/2` }).waitFor();
    await learner.getByRole("button", { name: /^Run in terminal 1: true/ }).click();
    await wall.getByRole("link", { name: `${id} busy page 1, step 2/2` }).waitFor();
    expect(await wall.getByRole("link", { name: / not here / }).count()).toBe(2);
  });

  it("opens the learner's page by a key, and has the focus where it was afterwards", async () => {
    await wall.getByRole("link", { name: new RegExp(`^${id} `) }).focus();
    await wall.keyboard.press("Enter");
    await wall.waitForURL(new RegExp(`/instructor/${id}`));
    await wall.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    await wall.goBack();
    await expect
      .poll(() => wall.evaluate(() => document.activeElement?.closest("li")?.dataset["session"]), PATIENT)
      .toBe(id);
    // What comes after that is shown as before.
    await learner.locator(".xterm-helper-textarea").first().focus();
    await learner.keyboard.type("echo again-$((50+2))");
    await learner.keyboard.press("Enter");
    await expect.poll(() => textOf(wall, id), PATIENT).toContain("again-52");
    expect(room.problems).toEqual([]);
  });
});

function tiles(page: Page): Locator {
  return page.locator(".wall__tile");
}

async function textOf(page: Page, session: string): Promise<string> {
  return page.locator(`.wall__tile[data-session="${session}"] .wall__text`).innerText();
}

async function rowsOf(page: Page): Promise<number> {
  return page.locator(".xterm-rows > div").count();
}

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("tried-lab", {
  "workshop.yaml": "title: Tried lab\nlayout: default\n",
  "pages/01-begin.md":
    "# Begin\n\n```execute-1\necho fine\n```\n\n```execute-1\ntest -e nothing-there\n```\n",
});
const SLOW = writeLab("slow-lab", {
  "workshop.yaml": "title: Slow lab\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1 timeout=10m\nsleep 600\n```\n",
});

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the rehearsal of an event", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder, "--lab", SLOW.folder]);
    browser = await launchChromium();
    ({ page } = await openPage(browser));
    page.setDefaultTimeout(60_000);
    await page.goto(`${server.url}instructor`);
    await page.getByLabel("Token").fill(server.token);
    await page.keyboard.press("Enter");
    await page.getByText("No sessions yet").waitFor();
    for (const title of ["Tried lab", "Slow lab"]) await makeEvent(title);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    LAB.remove();
    SLOW.remove();
  });

  it("is begun from the event's card, and says what would fail, also after a reload", async () => {
    await rehearsalOf("Tried lab").click();
    await page.getByText("It has not been rehearsed yet.").waitFor();
    await page.getByLabel("Learners at once").fill("2");
    await page.getByRole("button", { name: "Rehearse", exact: true }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    // Tells what it came to where that is something else.
    await expect.poll(() => page.getByRole("main").innerText()).toMatch(/\d+ things would fail\./);
    await page.getByText("2 of 2 learners: test -e nothing-there", { exact: false }).waitFor();
    await page.reload();
    await page.getByText("things would fail.").waitFor();
    await takePicture(page, "rehearsal");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await takePicture(page, "rehearsal-dark");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(SIZES[2]);
    await takePicture(page, "rehearsal-390");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize(SIZES[0]);
  });

  it("is stopped, and can be begun again", async () => {
    await page.goto(`${server.url}instructor`);
    await rehearsalOf("Slow lab").click();
    await page.getByLabel("Learners at once").fill("1");
    await page.getByRole("button", { name: "Rehearse", exact: true }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("It was stopped.").waitFor();
    await page.getByRole("button", { name: "Rehearse again" }).waitFor();
    await page.goto(`${server.url}instructor`);
    await page.getByText("No sessions yet").waitFor();
  });

  function rehearsalOf(title: string) {
    return page.getByRole("article", { name: title }).getByRole("link", { name: /^Rehearse/ });
  }

  async function makeEvent(title: string): Promise<void> {
    await page.getByRole("button", { name: "Create event" }).click();
    const form = page.getByRole("form", { name: "Create an event" });
    await form.getByLabel("Lab").selectOption({ label: title });
    await form.getByRole("button", { name: "Create" }).click();
    await rehearsalOf(title).waitFor();
  }
});

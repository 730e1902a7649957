import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import { serverPid } from "../server/browser-session.js";
import { isWithout } from "../requirements/without.js";
import { focusedName } from "./console-steps.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const FENCE = "```";
/** Nothing listens where its other tab leads. */
const LAB = writeLab("terminal-lab", {
  "workshop.yaml":
    "title: A terminal lab\nlayout: default\ndashboards:\n  - name: Other\n    url: http://127.0.0.1:9/\n",
  "pages/01-only.md": `# Type\n\n${FENCE}execute-1\ntouch first-ran\ntouch second-ran\n${FENCE}\n`,
});
const DEADLINE_MS = 60_000;
/** Besides the 5 s, what it takes to type and to draw. */
const NOTICED_MS = 10_000;

describe.skipIf(isWithout("chromium"))("a terminal on the page", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder]);
    browser = await launchChromium();
    page = (await openPage(browser)).page;
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await rows(page).getByText("$").first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("runs nothing that is pasted without running", async () => {
    await page.getByRole("button", { name: /^Paste into terminal/ }).click();
    await rows(page).getByText("touch second-ran").waitFor();
    await page.getByRole("region", { name: "Terminal 1" }).locator(".xterm").click();
    await page.keyboard.press("Control+c");
    await type(page, "ls; echo li''sted");
    await rows(page).getByText("listed", { exact: true }).waitFor();
    expect(await shown(page)).not.toMatch(/^(first|second)-ran/m);
  });

  it("pastes no lines where a program would take each at once, and says so", async () => {
    await countResizes(page);
    await type(page, "echo be''gun; cat > typed; echo li''ned");
    await rows(page).getByText("begun", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Paste into terminal/ }).click();
    await page.getByText(/^Nothing was pasted: what runs in this terminal now/).waitFor();
    await page.getByRole("region", { name: "Terminal 1" }).locator(".xterm").click();
    await page.keyboard.press("Control+d");
    await rows(page).getByText("lined", { exact: true }).waitFor();
    await type(page, "echo bytes=$(wc -c < typed)");
    await expect.poll(() => shown(page)).toMatch(/^bytes=0$/m);
    const notice = page.getByRole("alert").filter({ hasText: "Nothing was pasted" });
    await expect.poll(() => cursorIsInSight(page)).toBe(true);
    await notice.getByRole("button", { name: "Dismiss" }).click();
    await notice.waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Terminal 1" }).locator(".xterm").click();
    await expectNoResize(page);
  });

  it("finds what stands in it, and says what does not", async () => {
    await page.keyboard.press("Control+Shift+F");
    const line = page.getByRole("search");
    await line.getByRole("textbox").fill("nothing of the kind");
    await line.getByText("Not found").waitFor();
    await line.getByRole("textbox").fill("listed");
    await line.getByText("Not found").waitFor({ state: "detached" });
    await expect.poll(() => page.locator(".xterm-selection > div").count()).toBeGreaterThan(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
  });

  it("shows what is run where characters take two columns", async () => {
    await page.keyboard.type("echo 🐳🐳🐳🐳");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("Z");
    await expect.poll(() => shown(page)).toContain("echo 🐳🐳Z🐳🐳");
    await page.keyboard.press("Enter");
    await expect.poll(() => shown(page)).toMatch(/^🐳🐳Z🐳🐳$/m);
    await takePicture(page, "terminal-wide-characters");
  });

  it("lives through counts and marks that no screen has room for", async () => {
    await type(page, "for i in $(seq 2000); do printf '\\e[2147483647L\\e[2147483647P\\e[2147483647@'; done");
    await type(
      page,
      "printf a; head -c 1000000 /dev/zero | tr '\\0' x | sed 's/x/\\xcc\\x81/g'; echo; clear; echo al''ive",
    );
    await expect.poll(() => shown(page)).toMatch(/^alive$/m);
    await type(page, "echo ans''wers");
    await expect.poll(() => shown(page)).toMatch(/^answers$/m);
  });

  it("shows underscores at every size, though the rows below have a background", async () => {
    await page.getByRole("region", { name: "Terminal 1" }).locator(".xterm").click();
    await type(page, "clear; printf '____\\n\\033[7m    \\033[0m\\n'; echo dra''wn");
    await rows(page).getByText("drawn", { exact: true }).waitFor();
    for (const button of ["Larger type", "Larger type", "Smaller type", "Smaller type", "Smaller type"]) {
      await expect.poll(() => shadesOfUnderscores(page)).toBeGreaterThan(1);
      await page.getByRole("button", { name: button }).first().click();
    }
  });

  it("measures its letters when it is shown, not while it was hidden", async () => {
    const usual = await letterSpacing(page);
    const tab = page.getByRole("tab", { name: "Other" });
    await tab.click();
    await page.reload();
    await page.getByRole("tab", { name: "Other", selected: true }).waitFor();
    await page.getByRole("tab", { name: "Terminal" }).click();
    await rows(page).getByText("$").first().waitFor();
    await expect.poll(() => letterSpacing(page)).toBeCloseTo(usual, 1);
    await takePicture(page, "terminal-after-hidden-start");
  });

  it("notices a network that is dead, not closed, within 5 s, and says what waits", async () => {
    await page.getByRole("region", { name: "Terminal 1" }).locator(".xterm").click();
    const waiting = page.getByText(/^Waiting for the connection. \d+ characters you typed/);
    await countResizes(page);
    // Its last line is what the words below the terminal would hide.
    await type(page, "seq 100");
    // A stopped process closes nothing and answers nothing, as a dead network does.
    process.kill(serverPid(server.data), "SIGSTOP");
    const began = Date.now();
    await page.keyboard.type("echo wait''ed");
    await waiting.waitFor();
    expect(Date.now() - began).toBeLessThan(NOTICED_MS * crowdingBesideTests());
    await expect.poll(() => cursorIsInSight(page)).toBe(true);
    await takePicture(page, "terminal-waiting");
    process.kill(serverPid(server.data), "SIGCONT");
    await waiting.waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await expect.poll(() => shown(page)).toMatch(/^waited$/m);
    await expectNoResize(page);
  });
});

function rows(page: Page): Locator {
  return page.getByRole("region", { name: "Terminal 1" }).locator(".xterm-rows");
}

/** What stands in the terminal, without blanks at the ends of lines. */
async function shown(page: Page): Promise<string> {
  const lines = await rows(page).locator("> div").allInnerTexts();
  return lines.map((line) => line.replaceAll("\u00a0", " ").trimEnd()).join("\n");
}

/** From here on the shell counts how often its terminal is given another size. */
async function countResizes(page: Page): Promise<void> {
  await type(page, "trap 'echo >> ~/resizes' WINCH; : > ~/resizes; echo coun''ting");
  await rows(page).getByText("counting", { exact: true }).last().waitFor();
}

/** A shell that is told of a new size while it reads draws its line once more. */
async function expectNoResize(page: Page): Promise<void> {
  await type(page, "echo resizes=$(wc -l < ~/resizes)");
  await expect.poll(() => shown(page)).toMatch(/^resizes=\d+$/m);
  expect(await shown(page)).toMatch(/^resizes=0$/m);
}

/** Whether the line of the cursor is in the part of the terminal that is shown. */
async function cursorIsInSight(page: Page): Promise<boolean> {
  const place = await page
    .getByRole("region", { name: "Terminal 1" })
    .locator(".terminal-pane__screen")
    .boundingBox();
  const cursor = await rows(page).locator(".xterm-cursor").boundingBox();
  if (!place || !cursor) return false;
  return cursor.y >= place.y && cursor.y + cursor.height <= place.y + place.height;
}

async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

/** Pixels that the emulator puts between letters to make them as wide as its cells. */
function letterSpacing(page: Page): Promise<number> {
  return rows(page).evaluate((element) => Number.parseFloat(getComputedStyle(element).letterSpacing) || 0);
}

/** How many colours the row of underscores has; none while it is being drawn anew. */
async function shadesOfUnderscores(page: Page): Promise<number> {
  const row = await rows(page).getByText("____", { exact: true }).boundingBox();
  return row ? shadesIn(await page.screenshot({ clip: row }), page.context()) : 0;
}

async function shadesIn(picture: Buffer, browserContext: BrowserContext): Promise<number> {
  const page = await browserContext.newPage();
  try {
    return await page.evaluate(
      async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context?.drawImage(image, 0, 0);
        const { buffer } =
          context?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
        return new Set(new Uint32Array(buffer)).size;
      },
      `data:image/png;base64,${picture.toString("base64")}`,
    );
  } finally {
    await page.close();
  }
}

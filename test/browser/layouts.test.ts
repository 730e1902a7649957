import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, SIZES, takePicture } from "./chromium.js";
import { cutOff } from "./cut-off.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const PAGE = `# What the layout shows

Some text beside it.

\`\`\`execute-1
echo in-one
\`\`\`

\`\`\`execute-2
echo in-two
\`\`\`
`;
/** Each layout of the terminals, how many there are, and the tabs above them. */
const LAYOUTS = [
  { layout: "default", terminals: 1, tabs: ["Terminal", "Console"], page: "# Plain\n\nText.\n" },
  { layout: "split", terminals: 2, tabs: ["Terminal", "Console"], page: PAGE },
  { layout: "split/2", terminals: 3, tabs: ["Terminal", "Console"], page: PAGE },
  { layout: "lower", terminals: 1, tabs: ["Console"], page: "# Plain\n\nText.\n" },
  { layout: "none", terminals: 0, tabs: ["Console"], page: "# Plain\n\nOnly text.\n" },
] as const;
const DEADLINE_MS = 60_000;

describe.skipIf(isWithout("chromium"))("a lab's layout of terminals", () => {
  const labs = LAYOUTS.map(({ layout, page }) =>
    writeLab(nameOf(layout), {
      "workshop.yaml": `title: Layout ${layout}\nlayout: ${layout}\n`,
      "pages/01-page.md": page,
    }),
  );
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    server = await startLectern(labs.flatMap(({ folder }) => ["--lab", folder]));
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    page.setDefaultTimeout(DEADLINE_MS);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    for (const { remove } of labs) remove();
  });

  for (const { layout, terminals, tabs } of LAYOUTS) {
    it(`${layout} shows ${terminals} terminals and the tabs ${tabs.join(" and ")}, on a wide screen and a phone`, async () => {
      await page.setViewportSize(SIZES[0]);
      await page.goto(server.url);
      const card = page.getByRole("article", { name: `Layout ${layout}`, exact: true });
      await card.getByRole("button", { name: "Start" }).click();
      await page.getByText(/^Page 1 of 1$/).waitFor();
      const beside = page.getByRole("tablist", { name: "Terminal and tools" });
      expect(await beside.getByRole("tab").allTextContents()).toEqual([...tabs]);
      for (let number = 1; number <= terminals; number += 1) {
        const terminal = page.getByRole("region", { name: `Terminal ${number}`, exact: true });
        await terminal.locator(".xterm-rows").getByText("$").first().waitFor();
        expect((await terminal.boundingBox())?.height).toBeGreaterThan(150);
      }
      expect(await page.locator(".xterm").count()).toBe(terminals);
      await takePicture(page, `layout-${nameOf(layout)}`);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.setViewportSize(SIZES[2]);
      for (const choice of await page.locator(".narrow-switch__choice").all()) {
        await choice.click();
        await expect.poll(() => cutOff(page)).toEqual([]);
        await takePicture(page, `layout-${nameOf(layout)}-${(await choice.innerText()).trim()}-390`);
      }
    });
  }

  it("runs a block in the terminal it names, each with a shell of its own", async () => {
    await page.setViewportSize(SIZES[1]);
    await page.goto(server.url);
    await page
      .getByRole("article", { name: "Layout split/2" })
      .getByRole("link", { name: "Resume" })
      .or(page.getByRole("article", { name: "Layout split/2" }).getByRole("button", { name: "Resume" }))
      .click();
    for (const [number, word] of [
      [1, "in-one"],
      [2, "in-two"],
    ] as const) {
      await page.getByRole("button", { name: `Run in terminal ${number}: echo ${word}` }).click();
      const terminal = page.getByRole("region", { name: `Terminal ${number}`, exact: true });
      await terminal.locator(".xterm-rows").getByText(word, { exact: true }).waitFor();
    }
    await takePicture(page, "layout-split-2-1024");
  });

  it("meets no error of the page on the way", () => expect(problems).toEqual([]));
});

function nameOf(layout: string): string {
  return `layout-${layout.replace("/", "-")}`;
}

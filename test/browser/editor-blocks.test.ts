import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_EDITED_BYTES } from "../../workshop/common/editor/file-limits.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const PAGE = `# Blocks

\`\`\`editor:select-matching-text
file: ~/web.yaml
text: "colour: (.*)"
isRegex: true
group: 1
\`\`\`

\`\`\`editor:replace-text-selection
file: ~/web.yaml
text: blue
\`\`\`

\`\`\`editor:open-file
file: ~/gone.yaml
\`\`\`

\`\`\`examiner:execute-test
name: colour-is.sh
args: [blue]
\`\`\`

\`\`\`files:download-file
path: web.yaml
download: mine.yaml
\`\`\`

\`\`\`files:copy-file
path: web.yaml
\`\`\`

\`\`\`files:upload-file
path: uploaded.txt
\`\`\`

\`\`\`files:upload-files
directory: ~/album
\`\`\`
`;
const TEST = '#!/bin/sh\ngrep -q "colour: $1" web.yaml || { echo "The colour is not $1 yet."; exit 1; }\n';

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("blocks of the editor", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let lab: ReturnType<typeof writeLab>;

  beforeAll(async () => {
    lab = writeLab("blocks", {
      "workshop.yaml": "title: Blocks\n",
      "pages/01.md": PAGE,
      "files/web.yaml": "colour: red\n",
      "checks/colour-is.sh": TEST,
    });
    server = await startLectern(["--lab", lab.folder]);
    browser = await launchChromium();
    ({ page } = await openPage(browser, { size: { width: 1280, height: 800 } }));
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "Blocks" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    lab?.remove();
  });

  const text = () => page.getByRole("textbox", { name: "Text of web.yaml" });
  const block = (name: string) => page.getByRole("group", { name });

  it("shows in the editor what a block selects and changes", async () => {
    await block("Colour is")
      .getByRole("button", { name: /^Check/ })
      .click();
    await block("Colour is").getByText("The colour is not blue yet.").first().waitFor();
    await page.getByRole("button", { name: "Show: Select in web.yaml" }).click();
    await text().getByText("red").waitFor();
    await expect.poll(() => page.evaluate(() => document.getSelection()?.toString() ?? "")).toBe("");
    await page.locator(".cm-selectionBackground").first().waitFor();
    await page.getByRole("button", { name: "Do it: Change web.yaml" }).click();
    await text().getByText("blue").waitFor();
    await takePicture(page, "editor-blocks");
    expect(await accessibilityProblems(page)).toEqual([]);
    await block("Colour is")
      .getByRole("button", { name: /^Check/ })
      .click();
    await block("Colour is").getByText("Succeeded").waitFor();
  });

  it("says in a sentence what is not there", async () => {
    await page.getByRole("button", { name: "Show: Open gone.yaml" }).click();
    await block("Open gone.yaml").getByText("it is not there").waitFor();
  });

  it("moves files between the home and the learner's machine", async () => {
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download mine.yaml" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("mine.yaml");
    expect(readFileSync(await download.path(), "utf8")).toBe("colour: blue\n");
    await page.getByRole("button", { name: "Copy web.yaml" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("colour: blue\n");
    for (const content of ["first", "second"]) {
      const choosing = page.waitForEvent("filechooser");
      await block("Upload uploads/uploaded.txt").getByRole("button", { name: "Choose a file" }).click();
      await (
        await choosing
      ).setFiles({ name: "any.txt", mimeType: "text/plain", buffer: Buffer.from(content) });
      await block("Upload uploads/uploaded.txt").getByText("Done").waitFor();
    }
    const field = page.getByRole("textbox", { name: "Path of a file in the home" });
    await field.fill("uploads/uploaded.txt");
    await field.press("Enter");
    await page.getByRole("textbox", { name: "Text of uploads/uploaded.txt" }).getByText("second").waitFor();
  });

  it("puts the others of many files there where one cannot be, and names that one", async () => {
    const album = block("Upload files to album");
    const choosing = page.waitForEvent("filechooser");
    await album.getByRole("button", { name: "Choose files" }).click();
    const large = { ...textFile("b.bin"), buffer: Buffer.alloc(MAX_EDITED_BYTES + 1) };
    await (await choosing).setFiles([textFile("a.txt"), large, textFile("c.txt")]);
    const said = `2 of 3 files are there. b.bin has ${MAX_EDITED_BYTES + 1} bytes; at most ${MAX_EDITED_BYTES} are taken.`;
    await album.getByText(said).waitFor();
    const field = page.getByRole("textbox", { name: "Path of a file in the home" });
    for (const name of ["a.txt", "c.txt"]) {
      await field.fill(`album/${name}`);
      await field.press("Enter");
      await page
        .getByRole("textbox", { name: `Text of album/${name}` })
        .getByText(name)
        .waitFor();
    }
  });
});

function textFile(name: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "text/plain", buffer: Buffer.from(name) };
}

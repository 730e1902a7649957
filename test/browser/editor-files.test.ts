import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canMount, mountSmallDisk } from "../../server/small-disk-for-tests.js";
import { isWithout } from "../requirements/without.js";
import { startLab, type StartedLab } from "./started-lab.js";

if (!canMount()) process.stdout.write("left out: saving on a full disk (nothing can be mounted here)\n");

const PAGE = `# Files

\`\`\`execute
printf 'a: 1\\n' > gone.yaml; printf 'a: 1\\n' > locked.yaml; printf 'a: 1\\n' > full.yaml; head -c 5242880 /dev/zero | tr '\\0' 'x' > largest.txt; head -c 5242881 /dev/zero | tr '\\0' 'x' > larger.txt
\`\`\`

\`\`\`execute
rm gone.yaml
\`\`\`

\`\`\`execute
chmod a-w locked.yaml
\`\`\`

\`\`\`execute
chmod u+w locked.yaml
\`\`\`
`;

// What happens to a file while it is open, and to files that are too much for an editor: nothing that was typed is lost by it.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("files under the editor", () => {
  let lab: StartedLab;
  let page: Page;
  let unmount: (() => void) | undefined;
  const folder = mkdtempSync(join(tmpdir(), "lectern-small-disk-"));
  const disk = join(folder, "disk");
  const data = join(disk, "data");

  beforeAll(async () => {
    chmodSync(folder, 0o711);
    mkdirSync(disk);
    if (canMount()) unmount = mountSmallDisk(disk, "size=192m,mode=711");
    lab = await startLab(
      "files",
      { "workshop.yaml": "title: Files\nlayout: default\neditor: true\n", "pages/01.md": PAGE },
      { options: ["--data", data] },
    );
    ({ page } = lab);
    await page.getByRole("heading", { level: 1, name: "Files" }).waitFor();
    await page.locator(".xterm").first().waitFor();
    await run("printf");
    await node("gone.yaml").waitFor();
  });
  afterAll(async () => {
    await lab?.close();
    unmount?.();
    rmSync(folder, { recursive: true, force: true });
  });

  const text = (path: string) => page.getByRole("textbox", { name: `Text of ${path}` });
  const node = (name: string) => page.getByRole("treegrid").getByRole("row", { name, exact: true });
  const alert = (words: string | RegExp) => page.getByRole("alert").filter({ hasText: words });
  const home = (): string => {
    const sessions = join(data, "terminal/sessions");
    return join(sessions, readdirSync(sessions)[0] ?? "", "home");
  };
  const onDisk = (path: string): string => readFileSync(join(home(), path), "utf8");

  async function run(command: string): Promise<void> {
    const block = page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
    await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await block.getByText(/Succeeded/).waitFor();
    await page.getByRole("tab", { name: "Editor" }).click();
  }

  async function type(path: string, words: string): Promise<void> {
    await node(path).click();
    await text(path).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(words);
    await page.getByRole("button", { name: `${path}, not saved` }).waitFor();
  }

  it("that are removed while there is text that is not saved are asked about, and can be saved again", async () => {
    await type("gone.yaml", "b: mine");
    await run("rm gone.yaml");
    await text("gone.yaml").click();
    await page.keyboard.press("Control+s");
    const question = alert("gone.yaml was removed or renamed meanwhile.");
    await question.waitFor();
    await text("gone.yaml").getByText("mine").waitFor();
    await question.getByRole("button", { name: "Save it again" }).click();
    await expect.poll(() => onDisk("gone.yaml")).toBe("a: 1\nb: mine");
    await question.waitFor({ state: "detached" });
  });

  it("that become read-only are not written, which is said, and are once they may be", async () => {
    await type("locked.yaml", "b: mine");
    await run("chmod a-w");
    await text("locked.yaml").click();
    await page.keyboard.press("Control+s");
    await alert("cannot be written: it may not be written").waitFor();
    expect(onDisk("locked.yaml")).toBe("a: 1\n");
    await text("locked.yaml").getByText("mine").waitFor();
    await run("chmod u+w");
    await text("locked.yaml").click();
    await page.keyboard.press("Control+s");
    await expect.poll(() => onDisk("locked.yaml")).toBe("a: 1\nb: mine");
    await expect.poll(() => alert("locked.yaml").count()).toBe(0);
  });

  it("are opened up to 5 MiB; of a larger one it is said how large it may be", async () => {
    await node("largest.txt").click();
    await text("largest.txt").waitFor();
    await node("larger.txt").click();
    await alert(
      "larger.txt\" in the session's home cannot be read: it has more than 5242880 bytes",
    ).waitFor();
  });

  it.skipIf(!canMount())("stay whole where the disk is full, with the text to save later", async () => {
    await type("full.yaml", "b: mine");
    const filler = join(disk, "filler");
    fill(filler);
    try {
      await page.keyboard.press("Control+s");
      await alert(
        "no space is left on the disk that holds the session; delete files that are not needed",
      ).waitFor();
      expect(onDisk("full.yaml")).toBe("a: 1\n");
      await text("full.yaml").getByText("mine").waitFor();
    } finally {
      rmSync(filler);
    }
    // The server may not have seen yet that there is room again.
    await expect
      .poll(async () => {
        await text("full.yaml").click();
        await page.keyboard.press("Control+s");
        return onDisk("full.yaml");
      })
      .toBe("a: 1\nb: mine");
    await expect.poll(() => alert("full").count()).toBe(0);
  });
});

/** Takes what is left, to the last byte. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (const size of [1024 * 1024, 4096, 1]) writeUntilFull(descriptor, Buffer.alloc(size));
  } finally {
    closeSync(descriptor);
  }
}

function writeUntilFull(descriptor: number, block: Buffer): void {
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const FENCE = "```";
const FIRST = `# First

${FENCE}execute-1
kubectl create configmap made --from-literal=by=first
${FENCE}

${FENCE}execute-2
echo two > from-two.txt
${FENCE}
`;
const SECOND = `# Second

${FENCE}execute-1
until [ -e go-on ]; do sleep 0.2; done
${FENCE}

${FENCE}execute-1
test -e key.txt
${FENCE}
`;
const THIRD = `# Third

${FENCE}execute-1
kubectl get configmaps -o name; ls; cat notes.txt
${FENCE}
`;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the start of a page", () => {
  let started: StartedLab;
  let page: Page;

  beforeAll(async () => {
    started = await startLab("way-back", {
      "workshop.yaml": "title: The way back\nlayout: split\n",
      "pages/01-first.md": FIRST,
      "pages/02-second.md": SECOND,
      "pages/03-third.md": THIRD,
      "files/notes.txt": "as it was\n",
    });
    ({ page } = started);
    await page.getByRole("button", { name: /^Run in terminal 1/ }).waitFor();
  });
  afterAll(() => started?.close());

  const bar = () => page.getByRole("complementary", { name: "Restoring a page’s start" });
  const block = (command: string) => page.locator(".block", { hasText: command });
  const run = (command: string) => block(command).getByRole("button", { name: /^Run/ }).click();
  const looksAccessible = async (): Promise<void> => {
    // What screen readers were told of buttons pressed before is taken away after some seconds.
    await expect.poll(() => page.locator("[data-live-announcer] [role=img]").count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  };
  const restore = async (): Promise<void> => {
    await page.getByRole("button", { name: "Restore this page’s start…" }).click();
    await page.getByRole("button", { name: "Delete my work and restore" }).click();
  };

  it("is restored only once its learner has read what is lost and agreed", async () => {
    await run("kubectl create configmap made");
    await run("echo two");
    for (const command of ["kubectl create configmap made", "echo two"])
      await block(command).getByText("Succeeded").waitFor();
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { name: "Second" }).waitFor();
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { name: "Third" }).waitFor();
    await page.getByRole("button", { name: "Restore this page’s start…" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("What you have made is deleted:").waitFor();
    await takePicture(page, "restore-page-asks");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await bar().count()).toBe(0);
  });

  it("is on its way after a reload of the page, and cancelled from there", async () => {
    await restore();
    await bar()
      .getByText(/Second: until/)
      .waitFor();
    await takePicture(page, "restore-page-runs");
    await looksAccessible();
    await page.reload();
    await bar()
      .getByText(/Second: until/)
      .waitFor();
    expect(await block("cat notes.txt").getByRole("button", { name: /^Run/ }).isDisabled()).toBe(true);
    await bar().getByRole("button", { name: "Cancel" }).click();
    await bar().getByText("was stopped.").waitFor();
    await bar().getByRole("button", { name: "Close" }).click();
    await bar().waitFor({ state: "detached" });
  });

  it("says which step before it fails, and goes on where that is wanted", async () => {
    await restore();
    await bar()
      .getByText(/Second: until/)
      .waitFor();
    await page.locator(".xterm-helper-textarea").first().focus();
    await page.keyboard.press("Control+c");
    await bar()
      .getByText(/A step failed: Second: until/)
      .waitFor();
    await page.setViewportSize(SIZES[2]);
    await takePicture(page, "restore-page-390");
    await looksAccessible();
    await page.setViewportSize(SIZES[0]);
    await bar().getByRole("button", { name: "Go on" }).click();
    await bar()
      .getByText(/A step failed: Second: test -e key.txt/)
      .waitFor();
    await bar().getByRole("button", { name: "Go on" }).click();
    await bar().getByText("This is the start of “Third”.").waitFor();
    await run("cat notes.txt");
    await block("cat notes.txt").getByText("Succeeded").waitFor();
    const output = block("cat notes.txt");
    await output.getByRole("button", { name: /output/i }).click();
    await output.getByText("configmap/made").waitFor();
    await output.getByText("as it was").waitFor();
  });

  it("leaves done what was done", async () => {
    for (const title of ["Second", "First"]) {
      await page.getByRole("link", { name: `Back to ${title}` }).click();
      await page.getByRole("heading", { name: title }).waitFor();
    }
    for (const command of ["kubectl create configmap made", "echo two"])
      await block(command).getByText("Succeeded").waitFor();
  });
});

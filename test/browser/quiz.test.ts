import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { type StartedLab, startLab } from "./started-lab.js";
import { accessibilityProblems } from "./accessibility.js";

const PAGE = `# Colours

\`\`\`quiz:one hint="It is that of the sky"
question: Which is cold?
options: [red, blue, green]
answer: blue
tries: 2
explanation: Blue is cold by convention.
\`\`\`

\`\`\`quiz:text
question: How many are there?
answer: three
match: (?i)3|three
\`\`\`

\`\`\`quiz:many
question: Which are warm?
options: [red, blue, yellow]
answer: [red, yellow]
tries: 1
explanation: Fire is both.
\`\`\`
`;

describe.skipIf(isWithout("chromium"))("questions of a page", () => {
  let started: StartedLab;
  let page: Page;
  const told: Promise<string>[] = [];

  beforeAll(async () => {
    started = await startLab("colours", {
      "workshop.yaml": "title: Colours\nlayout: default\n",
      "pages/01-colours.md": PAGE,
    });
    ({ page } = started);
    page.on("response", (response: Response) => {
      if (response.url().includes("/pages/")) told.push(response.text().catch(() => ""));
    });
    await page.getByText("Which is cold?").waitFor();
  });
  afterAll(() => started?.close());

  it("are judged by the server, with tries, a hint and an explanation afterwards, and count as steps", async () => {
    const cold = page.getByRole("group", { name: "Which is cold?" });
    const form = page.locator("form").filter({ hasText: "Which is cold?" });
    await form.getByRole("button", { name: "Answer" }).click();
    await form.getByRole("alert").getByText("Give an answer first.").waitFor();
    await cold.getByLabel("red").check();
    await form.getByRole("button", { name: "Answer" }).click();
    await form.getByText("That is not right. You have 1 try.").waitFor();
    await form.getByText("Show a hint").click();
    await form.getByText("It is that of the sky").waitFor();
    expect((await Promise.all(told)).join("")).not.toContain("by convention");
    await cold.getByLabel("blue").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Alt+Enter");
    await form.getByText("Right", { exact: true }).waitFor();
    await form.getByText("Blue is cold by convention.").waitFor();

    await page.keyboard.press("Alt+Enter");
    await page.getByRole("textbox", { name: "How many are there?" }).fill("Three");
    await page.keyboard.press("Enter");
    await page.locator("form").filter({ hasText: "How many" }).getByText("Right", { exact: true }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("that have no try left tell what is right, and so after a reload", async () => {
    const form = page.locator("form").filter({ hasText: "Which are warm?" });
    await form.getByLabel("red").check();
    await form.getByRole("button", { name: "Answer" }).click();
    await form.getByText("No tries are left.").waitFor();
    await form.getByText("red, yellow").waitFor();
    await page.reload();
    await form.getByText("Fire is both.").waitFor();
    expect(await form.getByLabel("red").isChecked()).toBe(true);
    expect(await form.getByRole("button", { name: "Answer" }).count()).toBe(0);
  });
});

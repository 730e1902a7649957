import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { focusedName, showConsole } from "./console-steps.js";
import { type ConsoleVisit, visitConsole, WORKSPACE } from "./console-visit.js";

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the console for two editors at once", () => {
  let visit: ConsoleVisit;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    visit = await visitConsole();
    ({ page, problems } = visit);
  });
  afterAll(() => visit?.end());

  it("loses nothing where two edit a policy at once, and shows both versions to the second", async () => {
    const path = `workspaces/${WORKSPACE}/policies`;
    const policy = { fullName: { name: "contested" }, spec: blocking("busybox") };
    await visit.askAsInstructor("POST", path, { policy });
    await showConsole(page);
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    const opened = async (typed: string) => {
      await page.getByRole("button", { name: "Edit contested" }).click();
      await form.getByLabel("Image Name").fill(typed);
    };
    const form = page.getByRole("form", { name: "Edit contested" });
    const change = (imageName: string) =>
      visit.askAsInstructor("PUT", `${path}/contested`, { policy: { spec: blocking(imageName) } });
    const conflict = form.getByRole("region", { name: "Changed meanwhile" });
    const versions = conflict.getByRole("listitem").filter({ hasText: "input.rules.0.imageName" });
    await opened("mine");
    await change("theirs");
    await form.getByRole("button", { name: "Save Policy" }).click();
    await versions.getByText('Theirs, saved: "theirs"').waitFor();
    await versions.getByText('Yours, not saved: "mine"').waitFor();
    expect(await form.getByLabel("Image Name").inputValue()).toBe("mine");
    await visit.look("changed-meanwhile", conflict);
    await change("theirs-again");
    await conflict.getByRole("button", { name: "Save Mine over Theirs" }).press("Enter");
    await versions.getByText('Theirs, saved: "theirs-again"').waitFor();
    await conflict.getByRole("button", { name: "Drop Mine, Take Theirs" }).press("Enter");
    await conflict.waitFor({ state: "detached" });
    await expect.poll(() => focusedName(page)).toBe("Image Registry Template");
    expect(await form.getByLabel("Image Name").inputValue()).toBe("theirs-again");
    await form.getByLabel("Image Name").fill("mine");
    await change("theirs");
    await form.getByRole("button", { name: "Save Policy" }).click();
    await conflict.getByRole("button", { name: "Save Mine over Theirs" }).press("Enter");
    await page.getByText(/^Policy contested is changed/).waitFor();
    const { policy: saved } = await visit.ask<{ policy: { spec: { input: { rules: object[] } } } }>(
      `${path}/contested`,
    );
    expect(saved.spec.input.rules).toEqual([expect.objectContaining({ imageName: "mine" })]);
    // The refusals, which the browser counts as failures.
    expect(problems.filter((problem) => !problem.includes("409"))).toEqual([]);
  });
});

function blocking(imageName: string): object {
  return { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } };
}

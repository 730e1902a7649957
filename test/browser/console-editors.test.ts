import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { focusedName, goTo, showConsole } from "./console-steps.js";
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

  it("keeps what is typed while the page is loaded again, another is looked at and another form is opened", async () => {
    const form = page.getByRole("form", { name: "New image registry policy" });
    const edited = page.getByRole("form", { name: "Edit contested" });
    const kept = page.getByText("What you had typed here is still here.");
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await form.getByLabel("Image Registry Template").selectOption({ label: "Custom" });
    await form.getByLabel("Policy Name").fill("unfinished");
    await form.getByLabel("Hostname").fill("one.example.com");
    await form.getByRole("button", { name: "Add Another Rule" }).click();
    await form.getByLabel("Image Name").last().fill("two");
    const shown = async () => [
      await form.getByLabel("Policy Name").inputValue(),
      await form.getByLabel("Hostname").first().inputValue(),
      await form.getByLabel("Image Name").last().inputValue(),
    ];
    const typed = ["unfinished", "one.example.com", "two"];

    await page.reload();
    await kept.waitFor();
    expect(await shown()).toEqual(typed);
    expect(await focusedName(page)).not.toBe("Image Registry Template");
    await visit.look("kept-form", kept);
    await goTo(page, "Activity");
    await page.goBack();
    await kept.waitFor();
    expect(await shown()).toEqual(typed);
    await page.getByRole("row", { name: /another-ws/ }).click();
    await form.waitFor({ state: "detached" });
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    await kept.waitFor();

    await page.getByRole("button", { name: "Edit contested" }).click();
    await edited.getByLabel("Image Name").fill("also-unfinished");
    await page.reload();
    await kept.waitFor();
    expect(await edited.getByLabel("Image Name").inputValue()).toBe("also-unfinished");
    await edited.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await kept.waitFor();
    expect(await shown()).toEqual(typed);
    await form.getByRole("button", { name: "Create Policy" }).click();
    await page.getByText(/^Policy unfinished is created/).waitFor();
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    expect(await form.getByLabel("Policy Name").inputValue()).toBe("");
    expect(await kept.count()).toBe(0);
    await form.getByRole("button", { name: "Cancel" }).click();
  });

  it("tells of a change by another also to a form that was kept over it", async () => {
    const path = `workspaces/${WORKSPACE}/policies`;
    const form = page.getByRole("form", { name: "Edit contested" });
    await page.getByRole("button", { name: "Edit contested" }).click();
    await form.getByLabel("Image Name").fill("kept");
    await visit.askAsInstructor("PUT", `${path}/contested`, {
      policy: { spec: blocking("theirs-meanwhile") },
    });
    await page.reload();
    await form.getByRole("button", { name: "Save Policy" }).click();
    await form
      .getByRole("region", { name: "Changed meanwhile" })
      .getByText('Theirs, saved: "theirs-meanwhile"')
      .waitFor();
    await form.getByRole("button", { name: "Save Mine over Theirs" }).click();
    await page.getByText(/^Policy contested is changed/).waitFor();
  });

  it("shows what was typed to nobody else who signs in, and goes on with it where the policy was deleted meanwhile", async () => {
    const kept = page.getByText("What you had typed here is still here.");
    const changed = page.getByRole("form", { name: "Edit contested" });
    const anew = page.getByRole("form", { name: "New image registry policy" });
    await page.getByRole("button", { name: "Edit contested" }).click();
    await changed.getByLabel("Image Name").fill("nobody-elses");
    const path = "**/tmc/v1alpha1/permissions*";
    await page.route(path, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as object;
      await route.fulfill({ response, json: { ...answer, user: "somebody-else" } });
    });
    await page.reload();
    await page.getByRole("button", { name: "Edit contested" }).waitFor();
    expect(await kept.count()).toBe(0);
    await page.unroute(path);

    await visit.askAsInstructor("DELETE", `workspaces/${WORKSPACE}/policies/contested`);
    await page.reload();
    await anew.getByText("The policy you were changing was deleted meanwhile").waitFor();
    expect(await anew.getByLabel("Image Name").inputValue()).toBe("nobody-elses");
    await anew.getByRole("button", { name: "Create Policy" }).click();
    await page.getByText(/^Policy contested is created/).waitFor();

    await page.getByRole("button", { name: "Edit contested" }).click();
    await changed.getByLabel("Image Name").fill("never-saved");
    await page.getByRole("button", { name: "Delete contested" }).click();
    await page.getByRole("button", { name: "Delete policy" }).click();
    await page.getByText(/^Policy contested is deleted/).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Create Image Registry Policy" }).waitFor();
    expect(await kept.count()).toBe(0);
  });
});

function blocking(imageName: string): object {
  return { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } };
}

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { type ConsoleVisit, visitConsole, WORKSPACE } from "./console-visit.js";
import {
  createPolicy,
  focusedName,
  goTo,
  openForm,
  policyRow,
  runInTerminal,
  showConsole,
} from "./console-steps.js";

// One visitor of the page, in order, against `lectern serve`; what is typed in a terminal is real as well.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the console's page of image policies", () => {
  let visit: ConsoleVisit;
  let page: Page;
  let problems: string[];
  let id = "";
  const look: ConsoleVisit["look"] = (...what) => visit.look(...what);

  beforeAll(async () => {
    visit = await visitConsole();
    ({ page, problems, id } = visit);
  });
  afterAll(() => visit?.end());

  it("says that image policies are not set on clusters, and leads to the workspaces", async () => {
    await showConsole(page);
    await page
      .getByRole("group", { name: "Show the hierarchy of" })
      .getByRole("button", { name: "Clusters" })
      .click();
    await page.getByText("Image registry policies are not set on clusters.").waitFor();
    await look("clusters-side");
    await page.getByRole("button", { name: "Show workspaces" }).click();
    await page.getByRole("heading", { name: `Image registry policies for organization ${id}` }).waitFor();
    await look("organization-empty");
  });

  it("chooses a workspace in the tree by the keyboard", async () => {
    await page.getByRole("row", { name: id }).click();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: /policies for workspace another-ws/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: `Image registry policies for workspace ${WORKSPACE}` }).waitFor();
    expect(page.url()).toContain(`/console/policies/image-registry/workspaces/${WORKSPACE}`);
    await page.getByText("No direct policies.").waitFor();
    await page.getByText("No inherited policies.").waitFor();
  });

  it("takes the focus into the form, and Escape leads back to the button that opened it", async () => {
    await page.getByRole("button", { name: "Create Image Registry Policy" }).press("Enter");
    await expect.poll(() => focusedName(page)).toBe("Image Registry Template");
    await page.keyboard.press("Escape");
    await page.getByRole("form", { name: "New image registry policy" }).waitFor({ state: "detached" });
    await expect.poll(() => focusedName(page)).toBe("Create Image Registry Policy");
  });

  it("types in its fields what the lab's keys with Alt mean elsewhere, also as another keyboard has them", async () => {
    const form = await openForm(page, "Custom");
    const name = form.getByLabel("Policy Name");
    await name.fill("typed");
    const { url } = visit;
    for (const key of ["Alt+1", "Alt+2", "Alt+3", "Alt+0", "Alt+Enter"]) await page.keyboard.press(key);
    expect([await focusedName(page), page.url().startsWith(url)]).toEqual(["Policy Name", true]);
    const areTaken = await name.evaluate((field) =>
      // Option and a digit on keyboards of Britain and Spain.
      [
        ["#", "Digit3"],
        ["@", "Digit2"],
      ].map(([key = "", code = ""]) => {
        const typed = { key, code, altKey: true, bubbles: true, cancelable: true };
        return !field.dispatchEvent(new KeyboardEvent("keydown", typed));
      }),
    );
    expect(areTaken).toEqual([false, false]);
    await form.getByRole("button", { name: "Cancel" }).click();
    await form.waitFor({ state: "detached" });
  });

  it("leads to its assignments by the entry of that name, also by the keyboard", async () => {
    const entries = page.getByRole("navigation", { name: "Console" });
    await entries.getByRole("button", { name: "Insights" }).click();
    const assignments = entries.getByRole("button", { name: "Assignments" });
    expect(await assignments.getAttribute("aria-current")).toBeNull();
    await assignments.press("Enter");
    await expect.poll(() => assignments.getAttribute("aria-current")).toBe("page");
    await page.getByRole("row", { name: id }).click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: `Image registry policies for workspace ${WORKSPACE}` }).waitFor();
  });

  it("shows what is wrong at the field, and goes there", async () => {
    const form = await openForm(page, "Custom");
    await form.getByLabel("Policy Name").fill("No Busybox");
    await form.getByLabel("Hostname").fill("https://docker.io");
    await form.getByText(/^Label Selectors/).click();
    await form.getByRole("button", { name: /^Add Label Selector: Include/ }).click();
    await expect.poll(() => focusedName(page)).toBe("Label key");
    await form.getByLabel("Values").fill("prod");
    await form.getByRole("button", { name: "Create Policy" }).click();
    await expect.poll(() => focusedName(page)).toBe("Policy Name");
    await form.getByText(/^The name must be lowercase letters/).waitFor();
    await form.getByText("Hostname must be a host such as harbor.example.com or *.example.com.").waitFor();
    await form.getByText(/^Label key must be letters, digits/).waitFor();
    await look("bad-input", form.getByLabel("Label key"));
    await form.getByLabel("Hostname").fill("");
    await form
      .getByText("The rule is empty and would match every image; fill in at least one field.")
      .waitFor();
    await form.getByRole("button", { name: "Cancel" }).click();
  });

  it("says what a policy means and what it would refuse while it is typed", async () => {
    const form = await openForm(page, "Custom");
    await form.getByLabel("Image Name").fill("busybox");
    await form.getByText("Images are refused when they are named busybox (in any repository).").waitFor();
    await form.getByText("No namespace is concerned yet").waitFor();
    await form.getByText("Allow:").click();
    await form
      .getByText("Images may run only when they are named busybox. All others are refused.")
      .waitFor();
    await form.getByText(/never matches an image of Docker Hub.*Write library\/busybox/).waitFor();
    await look("warning", form.getByRole("button", { name: "Create Policy" }));
    await page.keyboard.press("Escape");
  });

  it("creates a policy of each template, once, however often the button is clicked", async () => {
    const posts: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/policies")) posts.push(request.url());
    });
    const form = await openForm(page, "Require Digest");
    await form.getByLabel("Policy Name").fill("digest-image-policy");
    await form.getByRole("button", { name: "Create Policy" }).dblclick();
    await policyRow(page, "digest-image-policy").waitFor();
    await page.getByText(/^Policy digest-image-policy is created/).waitFor();
    expect(posts).toHaveLength(1);
    await expect.poll(() => focusedName(page)).toBe("Create Image Registry Policy");

    await openForm(page, "Block latest tag");
    expect(await page.getByText(/^Policy digest-image-policy is created/).count()).toBe(0);
    await createPolicy(page, "no-latest");
    const tags = await openForm(page, "Name-Tag allowlist");
    await tags.getByLabel("Image Name").fill("library/*");
    await tags.getByLabel("Tag", { exact: true }).fill("1.*");
    await createPolicy(page, "known-names");
    expect(posts).toHaveLength(3);
  });

  it("adds and removes rules, the focus with them, and keeps what was typed", async () => {
    const form = await openForm(page, "Custom");
    await form.getByLabel("Policy Name").fill("no-busybox-image-policy");
    await form.getByLabel("Image Name").fill("busybox");
    await form.getByRole("button", { name: "Add Another Rule" }).click();
    await expect.poll(() => focusedName(page)).toBe("Hostname");
    await form.getByRole("group", { name: "Rule 2" }).getByLabel("Hostname").fill("quay.io");
    await form.getByRole("button", { name: "Add Another Rule" }).click();
    await form.getByRole("group", { name: "Rule 3" }).getByLabel("Image Name").fill("nginx");
    await form.getByRole("button", { name: "Remove rule 2" }).click();
    await expect.poll(() => focusedName(page)).toBe("Add Another Rule");
    await form.getByText("named busybox (in any repository); or named nginx (in any repository)").waitFor();
    await form.getByRole("button", { name: "Remove rule 2" }).click();
    await createPolicy(page, "no-busybox-image-policy");
  });

  it("does not take a name twice, and says so at the name", async () => {
    const form = await openForm(page, "Require Digest");
    await form.getByLabel("Policy Name").fill("digest-image-policy");
    await form.getByRole("button", { name: "Create Policy" }).click();
    await form.getByText("The name is taken by another policy here; choose another one.").waitFor();
    await expect.poll(() => focusedName(page)).toBe("Policy Name");
    await page.keyboard.press("Escape");
    problems.splice(0);
  });

  it("chooses namespaces by label selectors, and tries a policy out on dry run", async () => {
    const form = await openForm(page, "Require Digest");
    await form.getByText(/^Label Selectors/).click();
    await form.getByRole("button", { name: /^Add Label Selector: Include/ }).click();
    await form.getByLabel("Label key").fill("env");
    await form.getByLabel("Values").fill("prod, stage");
    await form.getByRole("button", { name: /^Add Label Selector: Exclude/ }).click();
    await form.getByLabel("Label key").last().fill("legacy");
    await form.getByText("Dry run:").first().click();
    await form
      .getByText("Holds in namespaces with env one of prod, stage and without the label legacy.")
      .waitFor();
    await look("form-selectors", form.getByRole("button", { name: "Create Policy" }));
    await createPolicy(page, "prod-pins");
    const row = policyRow(page, "prod-pins");
    await row.getByText("Dry run", { exact: true }).waitFor();
    await row.getByText("In namespaces with env one of prod, stage and without the label legacy.").waitFor();
    await look("policies", row);
  });

  it("edits a policy, keeping what its form does not show", async () => {
    await runInTerminal(page, "tmc-describe", DESCRIBE);
    await showConsole(page);
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    await page.getByRole("button", { name: "Edit described" }).click();
    const edited = page.getByRole("form", { name: "Edit described" });
    await edited.getByText("Deny:").waitFor();
    expect(await page.getByLabel("Policy Name").getAttribute("readonly")).not.toBeNull();
    await edited.getByText("Dry run:").click();
    await page.getByRole("button", { name: "Save Policy" }).click();
    await page.getByText(/^Policy described is changed/).waitFor();
    await expect.poll(() => focusedName(page)).toBe("Edit described");
    const { policy } = await visit.ask<{
      policy: { meta: { description: string }; spec: { input: object } };
    }>(`workspaces/${WORKSPACE}/policies/described`);
    expect(policy).toMatchObject({ meta: { description: "kept" }, spec: { input: { audit: true } } });
  });

  it("shows policies of the organization as inherited, to be read only", async () => {
    await page.getByRole("row", { name: id }).click();
    const form = await openForm(page, "Custom");
    await form.getByLabel("Hostname").fill("evil.example.com");
    await createPolicy(page, "no-evil");
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    const inherited = page.getByRole("table", { name: "Inherited policies" });
    await inherited
      .getByRole("row", { name: /no-evil/ })
      .getByText(id)
      .waitFor();
    expect(await inherited.getByRole("button", { name: /^(?:Edit|Delete)/ }).count()).toBe(0);
  });

  it("says of a count in the tree what is counted, and shows what can be pressed as buttons", async () => {
    await page
      .getByRole("treegrid")
      .getByRole("row", { name: id })
      .getByText("1 policy", { exact: true })
      .waitFor();
    const direct = page.getByRole("table", { name: "Direct policies" });
    for (const verb of ["Edit", "Delete"]) {
      const button = direct.getByRole("button", { name: new RegExp(`^${verb} `) }).first();
      const looks = await button.evaluate((element) => {
        const { borderTopStyle, borderTopColor } = getComputedStyle(element);
        return [borderTopStyle, borderTopColor === getComputedStyle(document.body).backgroundColor];
      });
      expect(looks, verb).toEqual(["solid", false]);
    }
  });

  it("asks for an exception that an instructor grants, and shows it at its policy", async () => {
    await page.getByRole("button", { name: "Request Exception" }).click();
    const form = page.getByRole("form", { name: "Request Exception" });
    await expect.poll(() => focusedName(page)).toBe("Exception name");
    await form.getByLabel("Exception name").fill("debug");
    await form.getByLabel("Policy", { exact: true }).selectOption("no-busybox-image-policy");
    await form.getByLabel("Image").fill("busybox:1.36");
    await form.getByLabel("Owner").fill("team-blue");
    await form.getByLabel("Reason").fill("ticket 7");
    await form.getByRole("button", { name: "Request", exact: true }).click();
    const row = page.getByRole("table", { name: "Exceptions" }).getByRole("row", { name: /debug/ });
    await row.getByText("Requested").waitFor();
    await expect.poll(() => focusedName(page)).toBe("Request Exception");
    await row.getByText("You asked for it: another admin grants it, such as an instructor.").waitFor();
    expect(await row.getByRole("button", { name: "Grant exception debug" }).count()).toBe(0);
    await visit.askAsInstructor("POST", `workspaces/${WORKSPACE}/exceptions/debug/grant`);
    await row.getByText("Granted").waitFor();
    await policyRow(page, "no-busybox-image-policy").getByText("1 exception").waitFor();
    await look("exceptions", row);
    await row.getByRole("button", { name: "Delete exception debug" }).click();
    await row.waitFor({ state: "detached" });
  });

  it("offers no more than the roles of who looks at it allow, and says what is missing", async () => {
    const subject = { kind: "USER", name: "alice" };
    const bindingDeltaList = [{ op: "ADD", role: "workspace.view", subject }];
    await visit.askAsInstructor("PATCH", `workspaces:iam/${WORKSPACE}`, { bindingDeltaList });
    const made = await visit.askAsInstructor("POST", "organization/api-tokens", {
      apiToken: { user: "alice" },
    });
    const { token } = (made as { apiToken: { token: string } }).apiToken;
    // The page is the learner's; the server is asked as another user of the organization.
    await page.route("**/tmc/v1alpha1/**", async (route) => {
      const url = route
        .request()
        .url()
        .replace(/api\/sessions\/[^/]+\/tmc\//, "");
      const body = route.request().postData();
      const answer = await fetch(url, {
        method: route.request().method(),
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        ...(body !== null && { body }),
      });
      await route.fulfill({ status: answer.status, json: (await answer.json()) as object });
    });
    await page.getByText("Changing policies takes the role workspace.admin here").waitFor();
    await page.getByText("Asking for an exception takes the role workspace.edit here").waitFor();
    const panel = page.locator(".registry__panel");
    expect(await panel.getByRole("button", { name: /^(?!History)/ }).count()).toBe(0);
    await look("viewer", page.getByText("Changing policies takes the role"));
    await goTo(page, "Workspaces");
    await page.getByText("Making workspaces takes the role organization.edit here").waitFor();
    expect(await page.getByRole("button", { name: /^Delete/ }).count()).toBe(0);
    await page.unroute("**/tmc/v1alpha1/**");
    await page.getByRole("button", { name: "Create Workspace" }).waitFor();
    problems.splice(0);
    await goTo(page, "Assignments");
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
  });

  it("shows who changed what of a policy, at an address of its own, and restores a revision", async () => {
    const rules = [{ imageName: "busybox" }, { imageName: "alpine" }];
    const policy = {
      fullName: { name: "no-busybox-image-policy" },
      spec: { recipe: "custom", input: { effect: "block", rules } },
    };
    await visit.askAsInstructor("PUT", `workspaces/${WORKSPACE}/policies/no-busybox-image-policy`, {
      policy,
    });
    await policyRow(page, "no-busybox-image-policy")
      .getByRole("button", { name: "History of no-busybox-image-policy" })
      .click();
    const changes = page.getByRole("table", { name: "Changes" });
    await changes.getByRole("row", { name: /revision 1/ }).waitFor();
    expect(page.url()).toContain(`/workspaces/${WORKSPACE}/history/no-busybox-image-policy`);
    await page.reload();
    await changes.getByRole("row", { name: /revision 1/ }).waitFor();
    const newest = changes.getByRole("row", { name: /instructor/ });
    await newest.getByText('input.rules.1.imageName: nothing → "alpine"').waitFor();
    await look("history");
    await page.getByRole("button", { name: "Restore revision 1 of no-busybox-image-policy" }).click();
    await page.getByText("Policy no-busybox-image-policy is again what it was in revision 1.").waitFor();
    await page.getByRole("button", { name: WORKSPACE, exact: true }).click();
    await page.getByRole("button", { name: "History", exact: true }).click();
    await changes
      .getByRole("row", { name: /debug.*Exception/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: WORKSPACE, exact: true }).click();
    await policyRow(page, "no-busybox-image-policy").waitFor();
  });

  it("keeps what it knows when the server answers an error, and goes on when asked again", async () => {
    await page.route("**/tmc/v1alpha1/**", (route) =>
      route.fulfill({
        status: 503,
        json: { message: "Unavailable: the cluster is away", reason: "Unavailable" },
      }),
    );
    await goTo(page, "Assignments");
    const alert = page.getByRole("alert").filter({ hasText: "The cluster is away." });
    await alert.waitFor();
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).waitFor();
    await look("server-error");
    await page.unroute("**/tmc/v1alpha1/**");
    await alert.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    problems.splice(0);
  });

  it("meets no error of the page on the way", () => {
    expect(problems).toEqual([]);
  });
});

const DESCRIBE = `tmc workspace image-policy create -r require-digest --workspace-name ${WORKSPACE} -n described -d kept`;

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { focusedName, runInTerminal, showConsole } from "./console-steps.js";
import { type ConsoleVisit, visitConsole, WORKSPACE } from "./console-visit.js";

// One visitor of the pages, in order, against `lectern serve`.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the console's page of roles", () => {
  let visit: ConsoleVisit;
  let page: Page;
  const table = (name: string) => page.getByRole("table", { name });
  const form = () => page.getByRole("form", { name: "Give a role" });
  const give = async (name: string, role: string, kind: "User" | "Group" = "User") => {
    await form().getByLabel("To a", { exact: true }).selectOption({ label: kind });
    await form().getByLabel("Role", { exact: true }).selectOption(role);
    await form().getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Give Role" }).click();
  };
  const askAs = async (token: string, path: string) => {
    const answer = await fetch(`${visit.url}v1alpha1/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.status;
  };
  const tokenOf = async (apiToken: { user: string; groups?: string[] }) => {
    const made = await visit.askAsInstructor("POST", "organization/api-tokens", { apiToken });
    return (made as { apiToken: { token: string } }).apiToken.token;
  };

  beforeAll(async () => {
    visit = await visitConsole();
    ({ page } = visit);
    await showConsole(page);
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    await page.getByRole("tab", { name: "Access" }).click();
  });
  afterAll(() => visit?.end());

  it("is at an address of its own, and says that nobody has a role yet", async () => {
    await page.getByRole("heading", { name: `Access to workspace ${WORKSPACE}` }).waitFor();
    await page.getByText("Nobody has a role here").waitFor();
    await page.getByText("No inherited roles.").waitFor();
    expect(new URL(page.url()).pathname).toMatch(
      new RegExp(`/console/policies/access/workspaces/${WORKSPACE}$`),
    );
    await page.reload();
    await page.getByRole("heading", { name: `Access to workspace ${WORKSPACE}` }).waitFor();
    await visit.look("access-empty");
  });

  it("gives a role to a user and to a group, who then may what it says", async () => {
    const alice = await tokenOf({ user: "alice" });
    const bob = await tokenOf({ user: "bob", groups: ["team-blue"] });
    const policies = `workspaces/${WORKSPACE}/policies`;
    expect([await askAs(alice, policies), await askAs(bob, policies)]).toEqual([403, 403]);
    await give("alice smith", "workspace.view");
    await form().getByText("The name must be a user such as alice or alice@example.com.").waitFor();
    await give("alice", "workspace.view");
    await page.getByText("alice has the role workspace.view here from the next request on.").waitFor();
    await expect.poll(() => focusedName(page)).toBe("Name");
    await give("team-blue", "workspace.admin", "Group");
    const row = table("Direct roles").getByRole("row", { name: /^team-blue group/ });
    await row.getByText("workspace.admin", { exact: true }).waitFor();
    expect([await askAs(alice, policies), await askAs(bob, policies)]).toEqual([200, 200]);
    await visit.look("access");
  });

  it("offers roles of the organization there alone, and shows them below as inherited", async () => {
    expect(
      await form()
        .getByRole("option", { name: /^organization/ })
        .count(),
    ).toBe(0);
    await page.getByRole("row", { name: visit.id }).click();
    await page.getByRole("heading", { name: `Access to organization ${visit.id}` }).waitFor();
    await give("carol@example.com", "organization.edit");
    await table("Direct roles")
      .getByRole("row", { name: /^carol@example.com/ })
      .waitFor();
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
    const inherited = table("Inherited roles").getByRole("row", { name: /^carol@example.com/ });
    await inherited.getByText("organization.edit", { exact: true }).waitFor();
    expect(await inherited.getByRole("button").count()).toBe(0);
  });

  it("takes a role, and shows what is given by tmc meanwhile", async () => {
    const taking = table("Direct roles").getByRole("button", { name: "Take workspace.view from alice" });
    await taking.click();
    await page.getByText("alice does not have the role workspace.view here any more.").waitFor();
    await taking.waitFor({ state: "detached" });
    await expect.poll(() => focusedName(page)).toBe("Give Role");
    await runInTerminal(
      page,
      "given",
      `tmc workspace iam add-binding ${WORKSPACE} -r workspace.edit -u dave`,
    );
    await showRoles(page);
    await table("Direct roles")
      .getByRole("row", { name: /^dave user/ })
      .waitFor();
    await runInTerminal(
      page,
      "taken",
      `tmc workspace iam remove-binding ${WORKSPACE} -r workspace.edit -u dave`,
    );
    await showRoles(page);
    await table("Direct roles")
      .getByRole("row", { name: /^dave user/ })
      .waitFor({ state: "detached" });
  });

  it("meets no error of the page on the way", () => {
    expect(visit.problems).toEqual([]);
  });
});

async function showRoles(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Console" }).click();
  await page.getByRole("heading", { name: `Access to workspace ${WORKSPACE}` }).waitFor();
}

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { focusedName, goTo, showConsole } from "./console-steps.js";
import { type ConsoleVisit, visitConsole } from "./console-visit.js";
import { fillOrganization, namespaceName, removeNamespace, spaceName } from "./large-organization.js";

const WORKSPACES = 1000;
/** Making one takes the cluster some ten milliseconds: `LECTERN_TEST_NAMESPACES=10000` takes minutes, and is drawn no other way. */
const NAMESPACES = Number(process.env["LECTERN_TEST_NAMESPACES"] ?? 1000);
const FILL_DEADLINE_MS = 900_000;
/** A page of the console has some hundred, and fifty rows of ten or so. */
const MOST_ELEMENTS = 3000;
const MOST_TABS = 60;

// One visitor, in order, who has no mouse once the console is open.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "the console of a large organization, by keyboard",
  () => {
    let visit: ConsoleVisit;
    let page: Page;

    beforeAll(async () => {
      visit = await visitConsole();
      ({ page } = visit);
      const size = { organization: visit.id, workspaces: WORKSPACES, namespaces: NAMESPACES };
      await fillOrganization(visit.kubeconfig, size);
      await page.reload();
      await showConsole(page);
    }, FILL_DEADLINE_MS);
    afterAll(() => visit?.end());

    it("finds a workspace in the tree and chooses it", async () => {
      await page.getByText(`100 of ${(WORKSPACES + 2).toLocaleString("en")} workspaces.`).waitFor();
      await visit.look("large-tree");
      await tabTo(page, "Find a workspace");
      await page.keyboard.type(spaceName(WORKSPACES - 1));
      await expect.poll(() => page.getByRole("treegrid").getByRole("row").count()).toBe(2);
      await page.keyboard.press("Tab");
      await page.keyboard.press("End");
      await page
        .getByRole("heading", { name: `Image registry policies for workspace ${spaceName(WORKSPACES - 1)}` })
        .waitFor();
      expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);
    });

    it("pages through the workspaces and finds one", async () => {
      await goTo(page, "Workspaces");
      await page.getByText(`1 to 50 of ${(WORKSPACES + 2).toLocaleString("en")} workspaces`).waitFor();
      await tabTo(page, "Next");
      await page.keyboard.press("Enter");
      await page.getByText("51 to 100 of").waitFor();
      expect(await focusedName(page)).toBe("Next");
      expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);
      await shiftTabTo(page, "Find workspaces");
      await page.keyboard.type("space-05");
      await page.getByText("1 to 50 of 100 workspaces").waitFor();
      await page.keyboard.press("Escape");
      await page.getByText(`1 to 50 of ${(WORKSPACES + 2).toLocaleString("en")} workspaces`).waitFor();
    });

    it("pages through the namespaces to the last, where the focus stays", async () => {
      await goTo(page, "Namespaces");
      const all = (NAMESPACES + 1).toLocaleString("en");
      await page.getByText(`1 to 50 of ${all} namespaces`).waitFor();
      expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);
      await visit.look("large-namespaces");
      await tabTo(page, "Last");
      await page.keyboard.press("Enter");
      await page.getByText(`${all} to ${all} of ${all} namespaces`).waitFor();
      expect(await focusedName(page)).toBe("Last");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Shift+Tab");
      expect(await focusedName(page)).toBe("Previous");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: namespaceName(NAMESPACES - 1), exact: true }).waitFor();
    });

    it("has the server look for a namespace, and puts it into a workspace", async () => {
      await shiftTabTo(page, "Find namespaces");
      await page.keyboard.type("no-such");
      await page.getByText("No namespace has “no-such” in its name.").waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.type(namespaceName(NAMESPACES - 1));
      await expect.poll(() => page.getByRole("table").getByRole("row").count()).toBe(2);
      await tabTo(page, namespaceName(NAMESPACES - 1));
      await page.keyboard.press("Enter");
      await page.getByText("Not in a workspace, so no policy holds here.").waitFor();
      await tabTo(page, "Workspace");
      await page.keyboard.type(spaceName(WORKSPACES / 2));
      await tabTo(page, "Attach");
      await page.keyboard.press("Enter");
      await page.getByText(`The policies of ${spaceName(WORKSPACES / 2)} hold here now.`).waitFor();
    });

    it("is asked for one part of the namespaces at a time", async () => {
      const part = await visit.ask<{ namespaces: object[]; totalCount: string }>(
        "namespaces?searchScope.name=ns-*&pagination.offset=10&pagination.size=5",
      );
      expect(part.namespaces.map((each) => (each as { fullName: { name: string } }).fullName.name)).toEqual(
        [11, 12, 13, 14, 15].map(namespaceName),
      );
      expect(part.totalCount).toBe(String(NAMESPACES));
    });

    it("shows the last page there is where the rows of the one that is read go", async () => {
      await goTo(page, "Namespaces");
      const [all, fewer] = [NAMESPACES + 1, NAMESPACES].map((each) => each.toLocaleString("en"));
      await tabTo(page, "Last");
      await page.keyboard.press("Enter");
      await page.getByText(`${all} to ${all} of ${all} namespaces`).waitFor();
      await removeNamespace(visit.kubeconfig, namespaceName(1));
      const first = (NAMESPACES - 49).toLocaleString("en");
      await page.getByText(`${first} to ${fewer} of ${fewer} namespaces`).waitFor();
      await page.getByRole("button", { name: namespaceName(NAMESPACES), exact: true }).waitFor();
    });

    it("meets no error of the page on the way", () => {
      expect(visit.problems).toEqual([]);
    });
  },
);

function elements(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll(".console *").length);
}

const tabTo = (page: Page, name: string): Promise<void> => pressUntil(page, "Tab", name);
const shiftTabTo = (page: Page, name: string): Promise<void> => pressUntil(page, "Shift+Tab", name);

/** Moves the focus until it is on what has the name. */
async function pressUntil(page: Page, key: string, name: string): Promise<void> {
  for (let pressed = 0; pressed < MOST_TABS; pressed++) {
    if ((await focusedName(page)) === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(
    `${String(MOST_TABS)} times ${key} and the focus is on ${await focusedName(page)}, not on ${name}`,
  );
}

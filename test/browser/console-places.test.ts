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

// One visitor of the pages, in order, against `lectern serve`; the refusals are those of a real cluster.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "the console's pages of workspaces, namespaces, clusters and activity",
  () => {
    let visit: ConsoleVisit;
    let page: Page;
    let problems: string[];
    let id = "";
    const look: ConsoleVisit["look"] = (...what) => visit.look(...what);

    beforeAll(async () => {
      visit = await visitConsole();
      ({ page, problems, id } = visit);
      await showConsole(page);
      await setPolicies(page, id);
    });
    afterAll(() => visit?.end());

    it("makes a workspace and deletes it, but none in use", async () => {
      await goTo(page, "Workspaces");
      await page.getByLabel("Workspace name").fill("Team Blue");
      await page.getByRole("button", { name: "Create Workspace" }).click();
      await page.getByText(/^The name must be lowercase/).waitFor();
      await page.getByLabel("Workspace name").fill("team-blue");
      await page.getByLabel("Description").fill("the blue team");
      await page.getByRole("button", { name: "Create Workspace" }).click();
      const row = page.getByRole("row", { name: /team-blue/ });
      await row.getByText("the blue team").waitFor();
      await page
        .getByRole("row", { name: new RegExp(WORKSPACE) })
        .getByText("in use")
        .waitFor();
      await look("workspaces");
      await row.getByRole("button", { name: "Delete team-blue" }).click();
      await row.waitFor({ state: "detached" });
    });

    it("attaches a namespace, and shows what holds there with its origin", async () => {
      await goTo(page, "Namespaces");
      await page.getByRole("row", { name: id }).getByText("Not attached").waitFor();
      await look("namespaces");
      await page.getByRole("button", { name: id, exact: true }).click();
      await page.getByText("Not in a workspace, so no policy holds here.").waitFor();
      await page.getByLabel("Workspace").selectOption(WORKSPACE);
      await page.getByRole("button", { name: "Attach", exact: true }).click();
      await page.getByText(`The policies of ${WORKSPACE} hold here now.`).waitFor();
      const effective = page.getByRole("region", { name: "Effective policy" });
      await effective
        .getByRole("listitem")
        .filter({ hasText: "no-evil" })
        .getByText(`from organization ${id}`)
        .waitFor();
      await effective
        .getByRole("listitem")
        .filter({ hasText: "digest-image-policy" })
        .getByText(`from workspace ${WORKSPACE}`)
        .waitFor();
      await page
        .getByRole("region", { name: "Left out by label selectors" })
        .getByText("prod-pins")
        .waitFor();
      await look("namespace");
    });

    it("explains an image: refused, allowed, and not to be read", async () => {
      const explain = page.getByRole("region", { name: "Explain an image" });
      const answer = async (image: string) => {
        await explain.getByLabel("Image", { exact: true }).fill(image);
        await explain.getByRole("button", { name: "Explain" }).click();
        await explain.getByText(image, { exact: true }).waitFor();
      };
      await answer("quay.io/x/busybox:1.36");
      await explain.getByText("✕ Refused").waitFor();
      await explain.getByText("Registry host", { exact: true }).waitFor();
      await explain.getByText(/the image name is x\/busybox, which fits busybox/).waitFor();
      await explain
        .getByText(/^Pin the image|Pin the image:/)
        .first()
        .waitFor();
      await look("explain-refused", explain.getByText("✕ Refused"));
      await answer(`redis:1.2@sha256:${"a".repeat(64)}`);
      await explain.getByText("✓ May run").waitFor();
      await answer("NOT an image");
      await explain
        .getByText(/It is not a valid image reference/)
        .first()
        .waitFor();
      await look("explain-unreadable");
    });

    it("shows a real refusal as activity", async () => {
      await goTo(page, "Activity");
      await page.getByText("Nothing was refused.").waitFor();
      await look("activity-empty");
      await runInTerminal(page, "deploy", `kubectl create deployment refused --image=busybox -n ${id}`);
      await showConsole(page);
      await goTo(page, "Activity");
      const row = page
        .getByRole("table", { name: "Refusals" })
        .getByRole("row", { name: /replicaset\/refused-/ });
      await row
        .getByText("Policy digest-image-policy refused the image busybox of container busybox:")
        .waitFor();
      await row
        .getByText("Policy no-busybox-image-policy refused the image busybox of container busybox:")
        .waitFor();
      expect(await row.getByText(/[<>[\]]/).count()).toBe(0);
      await look("activity");
    });

    it("counts the running pods a policy would refuse", async () => {
      const pinned = `nginx:1.27@sha256:${"b".repeat(64)}`;
      await runInTerminal(
        page,
        "pod",
        `kubectl run runs --image=${pinned.replace("nginx", "library/nginx")} -n ${id}`,
      );
      await showConsole(page);
      await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
      const form = await openForm(page, "Custom");
      await form.getByLabel("Image Name").fill("nginx");
      await form
        .getByText("This policy would refuse 1 workload when its pods are next created: library/nginx")
        .waitFor();
      await page.keyboard.press("Escape");
    });

    it("shows what runs against the policies, and what each means for it", async () => {
      const flags = `-k ${WORKSPACE} -n no-nginx`;
      const rule = "-r custom --effect block --image-name nginx";
      await runInTerminal(page, "policy", `tmc workspace image-policy create ${flags} ${rule}`);
      await showConsole(page);
      await goTo(page, "Insights");
      const rows = page.getByRole("table", { name: "Violations" }).getByRole("row");
      const running = rows.filter({ hasText: "pod/runs" });
      await running.getByText("Its pod runs, and would not come back after a restart.").waitFor();
      const waiting = rows.filter({ hasText: "deployment/refused" }).filter({ hasText: "no-busybox" });
      await waiting.getByText("Kept out now.").waitFor();
      await look("insights");
      await running.getByRole("button", { name: "no-nginx" }).click();
      await policyRow(page, "no-nginx")
        .getByText("Keeps nothing out now. 1 workload would not come back after a restart: pod/runs.")
        .waitFor();
      await policyRow(page, "no-busybox-image-policy")
        .getByText("Keeps out 1 workload now: deployment/refused.")
        .waitFor();
      await policyRow(page, "prod-pins").getByText("Keeps nothing out now.").waitFor();
      await runInTerminal(page, "lifted", `tmc workspace image-policy delete ${flags}`);
      await showConsole(page);
    });

    it("moves a namespace to another workspace, and back", async () => {
      await goTo(page, "Namespaces");
      await page.getByRole("button", { name: id, exact: true }).click();
      await page.getByLabel("Workspace").selectOption("another-ws");
      await page.getByText(/^It would admit what is refused now: busybox \(deployment\/refused\)/).waitFor();
      await page.getByRole("button", { name: "Move", exact: true }).click();
      await page.getByText("The policies of another-ws hold here now.").waitFor();
      await page.getByRole("region", { name: "Effective policy" }).getByText("no-evil").waitFor();
      expect(
        await page.getByRole("region", { name: "Effective policy" }).getByText("no-busybox").count(),
      ).toBe(0);
      await page.getByLabel("Workspace").selectOption("none: no policy holds");
      await page.getByRole("button", { name: "Detach", exact: true }).click();
      await page.getByText("Detached: no policy holds here any more.").waitFor();
      await page.getByLabel("Workspace").selectOption(WORKSPACE);
      await page.getByRole("button", { name: "Attach", exact: true }).click();
      await page.getByText(`The policies of ${WORKSPACE} hold here now.`).waitFor();
    });

    it("asks before deleting a policy, and says which workload goes on waiting", async () => {
      await runInTerminal(page, "waits", `kubectl create deployment waits --image=busybox -n ${id}`);
      await showConsole(page);
      await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
      await page.getByRole("button", { name: "Delete digest-image-policy" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Delete the policy digest-image-policy?" });
      await dialog
        .getByText(/^Still refused, by no-busybox-image-policy: busybox \(deployment\/(refused|waits)\)/)
        .waitFor();
      await look("delete");
      const box = await dialog.boundingBox();
      const size = page.viewportSize();
      if (!box || !size) throw new Error("the dialog is not on the screen");
      expect(Math.abs(box.x + box.width / 2 - size.width / 2)).toBeLessThanOrEqual(1);
      expect(Math.abs(box.y + box.height / 2 - size.height / 2)).toBeLessThanOrEqual(1);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await expect.poll(() => focusedName(page)).toBe("Delete digest-image-policy");
      await page.keyboard.press("Enter");
      await dialog.getByRole("button", { name: "Delete policy" }).click();
      await page.getByText("Policy digest-image-policy is deleted and refuses nothing any more.").waitFor();
      await policyRow(page, "digest-image-policy").waitFor({ state: "detached" });
      await expect.poll(() => focusedName(page)).toBe("Create Image Registry Policy");
    });

    it("shows the clusters and how they are", async () => {
      await goTo(page, "Clusters");
      const row = page.getByRole("row", { name: `${id}-cluster` });
      await row.getByText("Healthy").waitFor();
      await look("clusters");
    });

    it("says that a workspace of an old link is no more", async () => {
      await page.goto(`${visit.url}s/${id}/console/policies/image-registry/workspaces/gone`);
      await page.getByText("There is no workspace named gone.").waitFor();
      await page.goto(`${visit.url}s/${id}/console/namespaces/gone`);
      await page.getByRole("alert").filter({ hasText: "not found" }).waitFor();
      problems.splice(0);
    });

    it("meets no error of the page on the way", () => {
      expect(problems).toEqual([]);
    });
  },
);

/** One policy on the organization, three on the workspace: two that refuse busybox and one for namespaces there are none of. */
async function setPolicies(page: Page, id: string): Promise<void> {
  await page.getByRole("row", { name: id }).click();
  const organization = await openForm(page, "Custom");
  await organization.getByLabel("Hostname").fill("evil.example.com");
  await createPolicy(page, "no-evil");
  await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
  await openForm(page, "Require Digest");
  await createPolicy(page, "digest-image-policy");
  const custom = await openForm(page, "Custom");
  await custom.getByLabel("Image Name").fill("busybox");
  await createPolicy(page, "no-busybox-image-policy");
  const selective = await openForm(page, "Block latest tag");
  await selective.getByText(/^Label Selectors/).click();
  await selective.getByRole("button", { name: /^Add Label Selector: Include/ }).click();
  await selective.getByLabel("Label key").fill("env");
  await createPolicy(page, "prod-pins");
}

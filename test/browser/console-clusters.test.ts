import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { isWithout } from "../requirements/without.js";
import { goTo, showConsole } from "./console-steps.js";
import { type ConsoleVisit, visitConsole, WORKSPACE } from "./console-visit.js";

// One visitor, in order, against `lectern serve` and a second cluster that goes away at the end.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "the console's page of several clusters",
  () => {
    let folder = "";
    let further: Cluster | undefined;
    let visit: ConsoleVisit;
    let page: Page;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "lectern-console-clusters-"));
      further = await startCluster({ dataDir: folder });
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(further.kubeconfigPath);
      await kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "shop" } } });
      const member = `given=${further.kubeconfigPath}`;
      visit = await visitConsole(["--allow-cluster", "127.0.0.1", "--member", member]);
      ({ page } = visit);
      await showConsole(page);
    });
    afterAll(async () => {
      await visit?.end();
      await further?.close();
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });

    const row = (name: string) => page.getByRole("table", { name: "Clusters" }).getByRole("row", { name });

    it("says what is wrong with a kubeconfig, and attaches by one that is right", async () => {
      await goTo(page, "Clusters");
      await row("The home of the policies").getByText("✓ In force").waitFor();
      const form = page.getByRole("form", { name: "Attach a cluster" });
      await form.getByRole("button", { name: "Attach Cluster" }).click();
      await form.getByText("Give it a name.").waitFor();
      await form.getByLabel("Cluster name").fill("staging");
      await form.getByLabel("Kubeconfig").fill("{");
      await form.getByRole("button", { name: "Attach Cluster" }).click();
      await form.getByText(/The kubeconfig cannot be used: it cannot be read/).waitFor();
      await form.getByLabel("Kubeconfig").fill(readFileSync(further?.kubeconfigPath ?? "", "utf8"));
      await form.getByRole("button", { name: "Attach Cluster" }).click();
      await page.getByText("Cluster staging is attached.").waitFor();
      expect(await form.getByLabel("Kubeconfig").inputValue()).toBe("");
      await row("staging").getByText("✓ In force").waitFor();
      await row("staging").getByText("✓ Healthy").waitFor();
      await visit.look("clusters-two");
    });

    it("attaches a namespace of it to a workspace, and explains an image there", async () => {
      await goTo(page, "Namespaces");
      const shop = page.getByRole("row", { name: "shop" });
      await shop.getByText("staging").waitFor();
      await shop.getByText("Not attached").waitFor();
      await shop.getByRole("button", { name: "shop" }).click();
      await page.getByText("On cluster staging.").waitFor();
      await page.getByLabel("Workspace").selectOption(WORKSPACE);
      await page.getByRole("button", { name: "Attach", exact: true }).click();
      await page.getByText(`The policies of ${WORKSPACE} hold here now.`).waitFor();
      expect(page.url()).toContain("clusters/staging/namespaces/shop");
      const explain = page.getByRole("region", { name: "Explain an image" });
      await explain.getByLabel("Image", { exact: true }).fill("busybox");
      await explain.getByRole("button", { name: "Explain" }).click();
      await explain.getByText("✓ May run").waitFor();
      await visit.look("namespace-elsewhere");
    });

    it("shows a cluster that is away, and forgets it when told to", async () => {
      await further?.close();
      further = undefined;
      await goTo(page, "Clusters");
      await row("staging").getByText("✕ Unreachable").waitFor();
      await row("staging").getByText("last in force at version").waitFor();
      // As it was known last.
      await row("staging").getByRole("cell", { name: "1", exact: true }).waitFor();
      await visit.look("clusters-away");
      await row("staging").getByRole("button", { name: "Detach staging" }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByText(/It does not answer, so Lectern can only forget it/).waitFor();
      await dialog.getByRole("button", { name: "Detach cluster" }).click();
      await page
        .getByText('Cluster "staging" is forgotten as it was: its API server goes on judging')
        .waitFor();
      await row("staging").waitFor({ state: "detached" });
      // The one kubeconfig that was none, which the browser tells of as well.
      expect(visit.problems).toEqual([expect.stringContaining("status of 400")]);
    });
  },
);

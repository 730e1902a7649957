import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { missingForContainers } from "../../containers/node/requirements.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { KUBERNETES_BASICS } from "../labs/kubernetes-basics.js";
import { isWithout } from "../requirements/without.js";
import { launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";

const lacks = missingForContainers();
if (lacks !== undefined) process.stdout.write(`left out: pods that run, in a browser (no ${lacks.what})\n`);

const LAB = "Kubernetes basics";
const BEFORE = await pagesBefore("Logs");
/** A pod that crashes is started again after ten seconds, and the machine may be busy. */
const STEP_DEADLINE_MS = 120_000;

// One learner's way through the last pages of the lab, in order, with what `npm start` serves.
describe.skipIf(isWithout("chromium") || isWithout("kubectl") || lacks !== undefined)(
  "a learner whose pods run",
  { timeout: 600_000 },
  () => {
    let server: LecternServer;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      server = await startLectern();
      browser = await launchChromium();
      ({ page } = await openPage(browser));
      page.setDefaultTimeout(STEP_DEADLINE_MS);
      await page.goto(server.url);
      await page.getByRole("article", { name: LAB }).getByRole("button", { name: "Start" }).click();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });

    it("starts a web server, and reads its log", async () => {
      for (const title of BEFORE.slice(1)) await goOnTo(title);
      await goOnTo("Logs");
      await run("kubectl run web");
      await run("kubectl logs web");
      await page.locator(".xterm-rows").first().getByText("start worker process").first().waitFor();
      await run("kubectl run greeter");
      await run("kubectl delete pod");
    });

    it("runs a command in it, forwards its port, and sees its page in a tab", async () => {
      await goOnTo("Commands in a container");
      await run("kubectl run web");
      await run("written by hand");
      await run("kubectl exec web -- cat");
      await run("kubectl delete pod");
      await goOnTo("A port of a pod");
      await run("kubectl run web");
      await run("kubectl port-forward");
      await run("until curl");
      await show();
      await shown().getByRole("heading", { name: "Welcome to nginx!" }).waitFor();
      await takePicture(page, "kubernetes-basics-forwarded");
      await page.getByRole("tab", { name: "Terminal" }).click();
      await run("kubectl logs web");
      await run("kill %1");
      await run("kubectl delete pod");
    });

    it("breaks a server's configuration, and reads in its log why it crashes", async () => {
      await goOnTo("Asking a Service");
      await goOnTo("A pod that crashes");
      await run("kubectl create configmap site --from-file=default.conf=site.conf", 0);
      await run("kubectl apply -f site.yaml");
      await run("site-broken.conf");
      await run("kubectl replace --force", 0);
      await run("kubectl logs site");
      await page.locator(".xterm-rows").first().getByText('unknown directive "lissten"').first().waitFor();
      await takePicture(page, "kubernetes-basics-crash");
    });

    it("mends it, and sees the server in the tab again", async () => {
      await run("kubectl create configmap site --from-file=default.conf=site.conf", 1);
      await run("kubectl replace --force", 1);
      await run("kubectl port-forward");
      await run("until curl");
      await show();
      await page.getByRole("button", { name: "Load again" }).click();
      await shown().getByRole("heading", { name: "Welcome to nginx!" }).waitFor();
      await takePicture(page, "kubernetes-basics-mended");
    });

    async function isOn(title: string): Promise<void> {
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
    }

    async function goOnTo(title: string): Promise<void> {
      await page.getByRole("link", { name: /Next page/ }).click();
      await isOn(title);
    }

    /** Of several blocks with the same command on a page, the one at that place. */
    async function run(command: string, place = 0): Promise<void> {
      const block = blocksWith(command).nth(place);
      await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
      await block.getByText(/Succeeded|Refused, as it should be/).waitFor();
    }

    function blocksWith(command: string): Locator {
      return page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
    }

    async function show(): Promise<void> {
      await page.getByRole("button", { name: "Show Web page" }).click();
    }

    function shown(): FrameLocator {
      return page.frameLocator('iframe[title="Web page"]');
    }
  },
);

/** The titles of the pages that a learner leafs through to get to one. */
async function pagesBefore(title: string): Promise<string[]> {
  const titles = (await loadLab(KUBERNETES_BASICS)).pages.map((page) => page.title);
  return titles.slice(0, titles.indexOf(title));
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, openPage, takePicture } from "../browser/chromium.js";
import { runInTerminal } from "../browser/console-steps.js";
import { isWithout } from "../requirements/without.js";
import { type LecternProcess, runCli, startLectern, temporaryFolder } from "../server/lectern-process.js";
import { volumeOn } from "./home-volume.js";
import { productImages } from "./product-images.js";
import { type RealCluster, hasRealCluster, realCluster } from "./real-cluster.js";

/** A busy machine takes its time for a pod, and for its end. */
const DEADLINE_MS = 120_000;
/** More than the kubelet lets a pod have, and less than the host in it notices before its next count. */
const FILL = "echo mine > kept.txt; dd if=/dev/zero of=/tmp/full bs=1M count=40 status=none; echo filled";
const STEPS = [FILL, "sleep 600", "cat kept.txt"];

describe.skipIf(!hasRealCluster() || isWithout("chromium"))("a learner whose pod is evicted", () => {
  const folder = temporaryFolder();
  let cluster: RealCluster;
  let volume: ReturnType<typeof volumeOn>;
  let lectern: LecternProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    cluster = realCluster();
    const { server, toolbox } = await productImages(cluster.node);
    volume = volumeOn(cluster.node, "evicted-home");
    await cluster.apply(volume);
    const images = [`--shell-image=${toolbox.name}`, `--host-image=${server.name}`];
    const flags = ["--lab", writeLab(folder.path), `--kubeconfig=${cluster.kubeconfig}`, "--shells=pods"];
    lectern = await startLectern(join(folder.path, "data"), [...flags, ...images, "--start=open"]);
    browser = await launchChromium();
    ({ page } = await openPage(browser));
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(lectern.url);
    await page.getByRole("button", { name: "Start" }).click();
  });
  afterAll(async () => {
    await browser?.close();
    if (lectern) await runCli(["uninstall", "--kubeconfig", cluster.kubeconfig, "--sessions-only"]);
    await lectern?.stop();
    if (volume) await cluster.remove(volume);
    folder.remove();
  });

  const blockOf = (step: string) =>
    page.getByRole("group", { name: /^Terminal \d$/ }).filter({ hasText: step });

  it("is told so, with the kubelet's reason and what became of the home", async () => {
    await run(FILL);
    await blockOf(FILL)
      .getByText(/^Succeeded/)
      .waitFor();
    await run("sleep 600");
    const told = page.getByRole("region", { name: "Terminal 1", exact: true }).getByRole("alert");
    await told.getByText(/gone: its node ended it \(evicted\): .*exceeds the limit/).waitFor();
    await told.getByText(/The home is kept\./).waitFor();
    await blockOf("sleep 600").getByText("No verdict").waitFor();
    await takePicture(page, "evicted");
  });

  it("has a new shell at the press of a button, with the home as it was", async () => {
    await page.getByRole("button", { name: "Start a new shell" }).click();
    await runInTerminal(page, "again", "ls /tmp && cat kept.txt");
    await run("cat kept.txt");
    await blockOf("cat kept.txt")
      .getByText(/^Succeeded/)
      .waitFor();
    expect(await page.getByRole("button", { name: "Start a new shell" }).count()).toBe(0);
  });

  function run(step: string): Promise<void> {
    return blockOf(step)
      .getByRole("button", { name: /^Run in terminal 1/ })
      .click();
  }
});

function writeLab(folder: string): string {
  const lab = join(folder, "small-tmp");
  mkdirSync(join(lab, "pages"), { recursive: true });
  const workshop = "title: Small\nlayout: default\nhome: persistent\nlimits: {tmp: 8Mi}\n";
  writeFileSync(join(lab, "workshop.yaml"), workshop);
  const blocks = STEPS.map((step) => `\`\`\`execute-1\n${step}\n\`\`\``);
  writeFileSync(join(lab, "pages", "a.md"), ["# A small disk", ...blocks].join("\n\n"));
  return lab;
}

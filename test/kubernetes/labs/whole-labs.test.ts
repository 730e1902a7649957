import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrowserSession } from "../../server/browser-session.js";
import { productRoot, runCli, startLectern, temporaryFolder } from "../../server/lectern-process.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { type ControlPlane, startControlPlane } from "../control-plane/start-control-plane.js";

const page = join(productRoot, "../shared/seed/image-registry-policies.md");
const hasPage = existsSync(page);
if (!hasPage) process.stderr.write(`left out: the image policies page word for word (${page} is not here)\n`);

describe.skipIf(skipWithoutControlPlane("whole labs on a real control plane"))("a real control plane", () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
  });
  afterAll(() => controlPlane?.stop());

  const validate = (...args: string[]) =>
    runCli(["validate", ...args, "--kubeconfig", controlPlane.kubeconfig]);

  it.each(["image-registry-policies", "first-steps"])("runs the shipped lab %s", async (lab) => {
    const { status, output } = await validate(join(productRoot, "content", lab));
    expect(status, output).toBe(0);
  });

  it.skipIf(!hasPage)("runs the image policies page, word for word", async () => {
    const { status, output } = await validate(
      page,
      "--checks",
      join(productRoot, "test/labs/seed.checks.yaml"),
    );
    expect(status, output).toBe(0);
  });

  it.skipIf(!hasPage)(
    "fails that page where the policies were never made, and says what was expected",
    async () => {
      const checks = join(productRoot, "test/labs/seed.checks.yaml");
      const { status, output } = await validate(page, "--checks", checks, "--no-stand-ins");
      expect(status, output).toBe(1);
      expect(output).toContain("The events do not name FailedCreate yet.");
    },
  );

  it("is served to a browser as the embedded cluster is", async () => {
    const folder = temporaryFolder();
    const lectern = await startLectern(folder.path, ["--kubeconfig", controlPlane.kubeconfig]);
    try {
      const browser = new BrowserSession(lectern.url);
      const session = await browser.startLab("image-registry-policies");
      const { actions } = await browser.json<{ actions: { number: number; text?: string }[] }>(
        "GET",
        `api/sessions/${session.id}/pages/${session.currentPage}`,
      );
      const getNamespace = actions.find(({ text }) => text?.includes("get ns"))?.number ?? -1;
      await browser.run(session, getNamespace);
      expect(await browser.outcome(session, getNamespace)).toMatchObject({
        state: "succeeded",
        exitStatus: 0,
      });
      expect((await browser.call("DELETE", `api/sessions/${session.id}`)).status).toBe(204);
    } finally {
      await lectern.stop();
      folder.remove();
    }
  });
});

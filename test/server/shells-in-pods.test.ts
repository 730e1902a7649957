import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster } from "../../cluster/start.js";
import { type LecternProcess, runCli, startLectern, temporaryFolder } from "./lectern-process.js";

/** The cluster runs no containers: what pods do is tested on a real node, here is what the server does without a host of its own. */
describe("lectern serve --shells pods", () => {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let lectern: LecternProcess;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir: join(folder.path, "cluster") });
    lectern = await startLectern(data, ["--kubeconfig", cluster.kubeconfigPath, "--shells", "pods"]);
  });
  afterAll(async () => {
    await lectern?.stop();
    await cluster?.close();
    folder.remove();
  });

  it("starts no terminal host, and says where shells are", async () => {
    expect(lectern.output()).toContain("Each session has a pod in namespace lectern-shells");
    expect(existsSync(join(data, "owners/terminal.json"))).toBe(false);
    expect(existsSync(join(data, "terminal/run/host.sock"))).toBe(false);
    const ready = await fetch(new URL("readyz", lectern.url));
    expect(ready.status, await ready.text()).toBe(200);
  });

  it("takes its namespace for pods with it when it is uninstalled", async () => {
    await lectern.stop();
    const words = ["uninstall", "--kubeconfig", cluster.kubeconfigPath, "--wait", "0"];
    const { status, output } = await runCli(words);
    expect([status, output]).toEqual([0, expect.stringContaining("namespaces lectern-shells removed")]);
  });

  it("is refused without a cluster that runs containers", async () => {
    const { status, output } = await runCli([
      "serve",
      "--data",
      join(folder.path, "other"),
      "--shells",
      "pods",
    ]);
    expect([status, output]).toEqual([2, expect.stringContaining("SERVER_USAGE")]);
  });
});

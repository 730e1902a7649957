import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping users of containers: ${why}`);

const FOREVER = "trap exit TERM; sleep 3600 & wait";

describe.skipIf(why !== undefined)("a container", () => {
  let cluster: SandboxedCluster;
  const say = async (pod: string, line: string): Promise<string> => {
    const { stdout, stderr } = await cluster.kubectl.run(["exec", pod, "--", "sh", "-c", `${line} 2>&1`]);
    return stdout + stderr;
  };
  const running = async (name: string, container: object): Promise<void> => {
    await cluster.create(name, { containers: [busybox(FOREVER, container)] });
    await expect.poll(() => cluster.read(name, "{.status.phase}")).toBe("Running");
  };

  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  }, 180_000);
  afterAll(() => cluster?.close());

  it("of another user than root runs further commands as that user, beside its processes", async () => {
    await running("user", { securityContext: { runAsUser: 1000, runAsGroup: 2000 } });
    expect(await say("user", "id -u; id -g; cat /proc/1/comm")).toBe("1000\n2000\nsh\n");
    expect(await say("user", "grep CapEff /proc/self/status")).toMatch(/\t0{16}\n$/);
  });

  it("begins in a folder that is made for it", async () => {
    await running("folder", { workingDir: "/made/for/it" });
    expect(await say("folder", "pwd; touch here; ls")).toBe("/made/for/it\nhere\n");
  });
});

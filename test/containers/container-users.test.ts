import { existsSync } from "node:fs";
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

  it("of a user alone has the group of root, as a runtime gives it", async () => {
    await running("alone", { securityContext: { runAsUser: 1000 } });
    expect(await say("alone", "id -u; id -g")).toBe("1000\n0\n");
  });

  it("begins in a folder of a volume, which is made for it there", async () => {
    const volumeMounts = [{ name: "v", mountPath: "/v" }];
    const container = busybox(FOREVER, { volumeMounts, workingDir: "/v/made/for/it" });
    await cluster.create("volume", { containers: [container], volumes: [{ name: "v", emptyDir: {} }] });
    await expect.poll(() => cluster.read("volume", "{.status.phase}")).toBe("Running");
    expect(await say("volume", "pwd; touch here; ls /v/made/for/it")).toBe("/v/made/for/it\nhere\n");
  });

  it("begins nowhere else where a link leads out of the volume", async () => {
    const volumeMounts = [{ name: "v", mountPath: "/v" }];
    const planted = "/oldroot/tmp/lectern-planted";
    const spec = {
      restartPolicy: "Never",
      initContainers: [{ ...busybox(`ln -s ${planted} /v/link`, { volumeMounts }), name: "plant" }],
      containers: [busybox("pwd; cat /proc/self/mountinfo", { volumeMounts, workingDir: "/v/link/in" })],
      volumes: [{ name: "v", emptyDir: {} }],
    };
    await cluster.create("planted", spec);
    await expect.poll(() => cluster.read("planted", "{.status.phase}")).toMatch(/^(?:Succeeded|Failed)$/);
    expect(existsSync("/tmp/lectern-planted")).toBe(false);
  });

  it("begins in a folder that is made for it", async () => {
    await running("folder", { workingDir: "/made/for/it" });
    expect(await say("folder", "pwd; touch here; ls")).toBe("/made/for/it\nhere\n");
  });
});

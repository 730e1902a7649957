import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping last words of containers: ${why}`);

const MESSAGE = "{.status.containerStatuses[0].state.terminated.message}";

describe.skipIf(why !== undefined)("the message of a container that ended", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  }, 180_000);
  afterAll(() => cluster?.close());

  const messageOf = async (name: string, line: string, container: object = {}): Promise<string> => {
    await cluster.create(name, { restartPolicy: "Never", containers: [busybox(line, container)] });
    await expect.poll(() => cluster.read(name, "{.status.phase}")).toMatch(/^(?:Succeeded|Failed)$/);
    return cluster.read(name, MESSAGE);
  };

  it("is what it wrote, be its root read-only and its user another", async () => {
    const securityContext = { runAsUser: 1000, readOnlyRootFilesystem: true };
    expect(await messageOf("wrote", "echo because >/dev/termination-log; exit 3", { securityContext })).toBe(
      "because\n",
    );
  });

  it("is the end of what was too long", async () => {
    const message = await messageOf("long", "seq 100000 >/dev/termination-log");
    expect(message).toHaveLength(4096);
    expect(message.endsWith("\n99999\n100000\n")).toBe(true);
  });

  it("is the end of the log where that is asked for and it failed without a word", async () => {
    const terminationMessagePolicy = "FallbackToLogsOnError";
    const line = "for n in $(seq 100); do echo line $n; done";
    const message = await messageOf("log", `${line}; exit 1`, { terminationMessagePolicy });
    expect(message).toMatch(/^line 21\n[^]*line 100\n$/);
    expect(await messageOf("success", line, { terminationMessagePolicy })).toBe("");
    expect(await messageOf("no-policy", `${line}; exit 1`)).toBe("");
  });

  it("is of no file but the one that it was given", async () => {
    const path = "/tmp/words/why";
    const plant = [`rm -rf ${path}`, `ln -sf /etc/hostname ${path}`, "mv /tmp/words /tmp/away"];
    const line = `echo mine >${path}; (${plant.join("; ")}) 2>/dev/null; ln -s /etc/shadow ${path}; exit 1`;
    expect(await messageOf("planted", line, { terminationMessagePath: path })).toBe("mine\n");
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping streams of containers: ${why}`);

const NAMED =
  "echo one >/dev/stdout; echo two >/dev/stderr; echo three | tee /dev/stderr; echo four >/proc/1/fd/1";
const FOREVER = "trap exit TERM; sleep 3600 & wait";

describe.skipIf(why !== undefined)("a container opens its input and output by their names", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  }, 180_000);
  afterAll(() => cluster?.close());

  it.each([
    { user: "root", securityContext: {} },
    { user: "another user", securityContext: { runAsUser: 1000, runAsGroup: 1000 } },
  ])("as $user, also those of its first process", async ({ user, securityContext }) => {
    const name = user.replace(" ", "-");
    await cluster.create(name, { containers: [busybox(`${NAMED}; ${FOREVER}`, { securityContext })] });
    const logs = async (): Promise<string[]> =>
      (await cluster.kubectl.run(["logs", name])).stdout.split("\n");
    await expect.poll(logs).toEqual(expect.arrayContaining(["one", "two", "three", "four"]));
    const inside = "cat /dev/stdin; echo said >/dev/stderr; echo late >/proc/1/fd/1";
    const told = await cluster.kubectl.run(["exec", "-i", name, "--", "sh", "-c", inside], "asked\n");
    expect(told).toMatchObject({ stdout: "asked\n", stderr: "said\n" });
    await expect.poll(logs).toContain("late");
  });

  it("gets and gives all that is sent, reads no more or writes no more where it likes, and ends with what it leaves behind", async () => {
    await cluster.create("streams", { containers: [busybox(FOREVER)] });
    await expect.poll(() => cluster.read("streams", "{.status.phase}")).toBe("Running");
    const inside = (line: string, input?: string) =>
      cluster.kubectl.run(
        ["exec", ...(input === undefined ? [] : ["-i"]), "streams", "--", "sh", "-c", line],
        input,
      );
    const much = "0123456789abcde\n".repeat(60 * 1024);
    expect(await inside("wc -c", much)).toMatchObject({ code: 0, stdout: `${much.length}\n` });
    expect((await inside("cat", much)).stdout.length).toBe(much.length);
    expect(await inside("head -c 1", much)).toMatchObject({ code: 0, stdout: "0" });
    expect(await inside("exec <&-; echo on", much)).toMatchObject({ code: 0, stdout: "on\n" });
    expect(await inside("exec >&-; sleep 1; echo late >&2; exit 3")).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("late\n") as string,
    });
    const last = await inside("head -c 900000 /dev/zero | tr '\\0' a; echo; echo the end");
    expect([last.stdout.length, last.stdout.slice(-8)]).toEqual([900_009, "the end\n"]);
    expect(await inside("sleep 3600 & echo left")).toMatchObject({ code: 0, stdout: "left\n" });
    expect(await inside("cat; echo none")).toMatchObject({ code: 0, stdout: "none\n" });
  });
});

import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSessionLimits } from "../../common/session-limits.js";
import { detectConfinement } from "../confinement.js";
import type { Sandbox } from "./launch.js";
import { makeLearner, runConfined, type Said } from "./run-confined.js";
import { Sandboxes } from "./sandboxes.js";

const MIB = 1024 * 1024;
const confinement = detectConfinement();
const isBoxed = confinement.kind.endsWith("bubblewrap");
if (!isBoxed) console.log("skipping the limits of sessions: bubblewrap is missing");

describe.skipIf(!isBoxed)("a session that asks for too much", () => {
  const learners = { greedy: makeLearner(11), modest: makeLearner(12) };
  const owner = `test-limits-${process.pid}`;
  const opened = new Map<string, Sandbox>();
  const limits = {
    ...defaultSessionLimits,
    memoryBytes: 96 * MIB,
    processes: 40,
    cpus: 0.25,
    homeBytes: 8 * MIB,
  };
  let sandboxes: Sandboxes;
  let holds: (subject: string) => boolean;

  beforeAll(async () => {
    sandboxes = await Sandboxes.start({
      owner,
      limits,
      confinement,
      report: () => undefined,
    });
    holds = (subject) => sandboxes.report.measures.some((one) => one.subject === subject && one.holds);
    await Promise.all([open("greedy"), open("modest")]);
  });
  afterAll(async () => {
    await sandboxes.stop();
    for (const { root } of Object.values(learners)) rmSync(root, { recursive: true, force: true });
  });

  async function open(name: "greedy" | "modest"): Promise<void> {
    const { root, account } = learners[name];
    const temporaryFolder = join(root, "tmp");
    mkdirSync(temporaryFolder, { mode: 0o700 });
    if (account) chownSync(temporaryFolder, account.uid, account.gid);
    const hosts = { hostsFile: join(root, "hosts"), resolverFile: join(root, "names"), reaches: [] };
    opened.set(
      name,
      await sandboxes.open({ name, temporaryFolder, limits, ...hosts, ...(account && { account }) }),
    );
  }

  const run = (name: "greedy" | "modest", line: string): Promise<Said> =>
    runConfined(learners[name], confinement, line, opened.get(name));

  it("loses a program that takes more memory than it may, and the other keeps its own", async () => {
    const other = run("modest", "sleep 1; echo fine");
    const hog = await run(
      "greedy",
      "perl -e '$x = \"a\" x (300 * 1024 * 1024); print length $x'; echo after",
    );
    expect(hog.output).not.toContain("314572800");
    expect(hog.output).toContain("after");
    expect(await other).toMatchObject({ status: 0, output: "fine\n" });
  });

  it("cannot take more memory with several programs than with one", async (context) => {
    if (!holds("memory")) return context.skip("no control group counts the memory of a session together");
    // None begins to take before all are there, so that each still holds what it took while the others do.
    const all =
      'open $f, ">", "$$.begun"; select undef, undef, undef, 0.05 until (@all = glob "*.begun") > 2';
    const one = `perl -e '${all}; $x = "a" x (40 * 1024 * 1024); sleep 2; print "kept", chr 33'`;
    const said = await run("greedy", `rm -f *.begun; for i in 1 2 3; do ${one} & done; wait; rm *.begun`);
    expect(said.output.match(/kept!/g)?.length ?? 0).toBeLessThan(3);
  });

  it("comes to an end with its processes, and the other starts new ones", async () => {
    // At most 200 attempts, each of which ends by itself.
    const bomb = run(
      "greedy",
      "for i in {1..200}; do sleep 3 & done 2>&1 | grep -c 'Resource temporarily'; wait",
    );
    const other = await run("modest", "for i in {1..10}; do /bin/true || exit 1; done; echo fine");
    expect(other.output).toBe("fine\n");
    expect((await bomb).output).not.toBe("0\n");
  });

  it("gets the processor for its part of the time only", async (context) => {
    if (!holds("cpu")) return context.skip("no control group counts the processor's time");
    const said = await run("greedy", "timeout 2 perl -e '1 while 1'; times");
    const [, seconds = "9"] = /(\d+\.\d+)s \d+m\d+\.\d+s\s*$/.exec(said.output) ?? [];
    expect(Number(seconds)).toBeLessThan(1.2);
  });

  it("cannot fill the disk with one file", async () => {
    const said = await run("greedy", "head -c 20000000 /dev/zero > large; stat -c %s large; rm large");
    expect(said.output).toContain(String(8 * MIB));
  });

  it("has no memory to write to but /tmp and two small folders", async () => {
    const said = await run(
      "greedy",
      "for d in / /dev /run /etc; do touch $d/x && echo open $d; done 2>/dev/null; df -B1 --output=size /dev/shm /var/tmp | tail -n +2",
    );
    expect(said.output.trim().split(/\s+/)).toEqual([String(16 * MIB), String(16 * MIB)]);
  });

  it("opens so many files and no more", async () => {
    const { output } = await run(
      "greedy",
      `perl -e 'while (open(my $h, "<", "/dev/null")) { push @f, $h } print scalar @f'`,
    );
    expect(Number(output)).toBeGreaterThan(1_000);
    expect(Number(output)).toBeLessThan(defaultSessionLimits.openFiles);
  });

  it("leaves no process behind, whatever it did to get away", async (context) => {
    const name = "runaway";
    const { root } = learners.greedy;
    const temporaryFolder = join(root, "runaway");
    mkdirSync(temporaryFolder);
    const hosts = { hostsFile: join(root, "hosts2"), resolverFile: join(root, "names2"), reaches: [] };
    const { groups } = await sandboxes.open({ name, temporaryFolder, limits, ...hosts });
    if (groups.length === 0) return context.skip("this process may make no control groups");
    // Not confined, so that nothing but the group holds them: two that left their session, one of them twice over.
    const enter = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join("; ");
    spawn(
      "bash",
      [
        "-c",
        `${enter}; setsid sleep 300 & (setsid bash -c 'sleep 301 & disown; exec sleep 302' &); sleep 0.1`,
      ],
      {
        stdio: "ignore",
      },
    );
    await expect.poll(() => sandboxes.processes(name).length).toBeGreaterThanOrEqual(3);
    await expect.poll(() => sandboxes.processes(name).map(commandOf)).toContain("sleep 301");
    const pids = sandboxes.processes(name);
    await sandboxes.close(name);
    expect(pids.filter((pid) => commandOf(pid) !== "")).toEqual([]);
    expect(groups.filter((group) => existsSync(group))).toEqual([]);
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

import { existsSync, rmSync } from "node:fs";
import { afterAll, expect, it, describe } from "vitest";
import { findProgram } from "../bubblewrap.js";
import { detectConfinement } from "../confinement.js";
import { makeLearner, runConfined, type Said } from "./run-confined.js";

const confinement = detectConfinement();
const isRoot = process.getuid?.() === 0;

const isBoxed = confinement.kind.endsWith("bubblewrap");
if (!isBoxed) console.log("skipping what a learner reaches of the kernel: bubblewrap is missing");

describe.skipIf(!isBoxed)("what a learner reaches of the kernel", () => {
  const learner = makeLearner();
  const run = (line: string): Promise<Said> => runConfined(learner, confinement, line);
  /** perl is part of every Debian, and can make a system call by its number. */
  const call = (numbers: { x64: number; arm64: number }, args: string): Promise<Said> =>
    run(
      `perl -e '$! = 0; my $r = syscall(${process.arch === "arm64" ? numbers.arm64 : numbers.x64}, ${args}); print $r == -1 ? "$!\\n" : "done\\n"'`,
    );
  afterAll(() => rmSync(learner.root, { recursive: true, force: true }));

  it("gains nothing by setuid programs and holds no capability", async () => {
    const { output } = await run("grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd):' /proc/self/status");
    expect(output.replaceAll("\t", " ")).toContain("NoNewPrivs: 1");
    expect(output).toMatch(/Seccomp:\s+2/);
    expect(output).toMatch(/CapEff:\s+0+\n/);
    if (isRoot) expect(output).toMatch(/CapBnd:\s+0+\n/);
  });

  it("sees no keyring of whoever started the host", async () => {
    // keyctl(GET_KEYRING_ID) of the session keyring, then add_key to it.
    expect((await call({ x64: 250, arm64: 219 }, "0, -3, 0")).output).toBe("Operation not permitted\n");
    expect((await call({ x64: 248, arm64: 217 }, "0, 0, 0, 0, -3")).output).toBe("Operation not permitted\n");
    expect((await run("cat /proc/keys /proc/key-users")).status).not.toBe(0);
  });

  it("has no io_uring, BPF, performance counters or page faults of its own", async () => {
    expect((await call({ x64: 425, arm64: 425 }, "8, 0")).output).toBe("Function not implemented\n");
    expect((await call({ x64: 321, arm64: 280 }, "0, 0, 0")).output).toBe("Operation not permitted\n");
    expect((await call({ x64: 298, arm64: 241 }, "0, 0, 0, 0, 0")).output).toBe("Operation not permitted\n");
    expect((await call({ x64: 323, arm64: 282 }, "1")).output).toBe("Operation not permitted\n");
  });

  it("makes no namespaces and no mounts", async () => {
    for (const line of ["unshare -U true", "unshare -Ur true", "unshare -n true", "mount -t tmpfs x /tmp"])
      expect((await run(line)).output, line).toMatch(/not permitted|permission denied|must be superuser/i);
    expect((await run(`${findProgram("bwrap")} --ro-bind / / true`)).status).not.toBe(0);
  });

  it("types into no terminal and opens no socket past its network", async () => {
    const type = `perl -e 'my $c = "x"; ioctl(STDIN, 0x5412, $c) or print "$!\\n"'`;
    expect((await run(type)).output).toBe("Operation not permitted\n");
    const [VSOCK, PACKET] = [40, 17];
    for (const family of [VSOCK, PACKET])
      expect((await call({ x64: 41, arm64: 198 }, `${family}, 1, 0`)).output).toMatch(/Address family/);
  });

  it("is the first to go where the machine has no memory left", async () => {
    expect((await run("cat /proc/self/oom_score_adj")).output).toBe("500\n");
  });

  it("works with git, pipes, threads and tmux as before", async () => {
    expect((await run("echo one | sort | tr a-z A-Z; (sleep 0.05 & wait); echo $?")).output).toBe("ONE\n0\n");
    expect(
      (await run("perl -e 'my $pid = fork; exit 3 unless $pid; wait; print $? >> 8, \"\\n\"'")).output,
    ).toBe("3\n");
    if (existsSync(findProgram("git"))) {
      const said = await run(
        "git init -q r && cd r && git -c user.name=l -c user.email=l@x commit -q --allow-empty -m x && git log --format=%s",
      );
      expect(said.output).toBe("x\n");
    }
    if (existsSync(findProgram("tmux")))
      expect((await run("tmux -L t new-session -d 'sleep 5' && tmux -L t ls | wc -l")).output).toBe("1\n");
  });
});

import { randomUUID } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TerminalAddress } from "../common/session-host.js";
import { defaultSessionLimits } from "../common/session-limits.js";
import { confine, detectConfinement, type Confinement } from "./confinement.js";
import { bareSandbox } from "./sandbox/launch.js";
import { startTestHost, type TestHost } from "./test-host.js";

const isRoot = process.getuid?.() === 0;
const found = detectConfinement();
const kinds: Confinement[] = [
  found,
  ...(found.kind === "account-and-bubblewrap" ? [{ kind: "account", description: "" } as const] : []),
];
if (!isRoot)
  console.log("skipping isolation between accounts: it needs root, because only root may switch accounts");

describe.skipIf(!isRoot).each(kinds)("two sessions with $kind", (confinement) => {
  let test: TestHost;
  const one = { session: "one", terminal: "1" };
  const two = { session: "two", terminal: "1" };

  beforeAll(async () => {
    test = await startTestHost({ confinement });
    await test.open(one);
    await test.open({ ...one, terminal: "2" });
    await test.open(two);
    await run(one, "echo top-secret > mine; chmod 644 mine; export TOKEN=hidden; sleep 300 &");
  });
  afterAll(() => test.close());

  async function run(
    address: TerminalAddress,
    text: string,
  ): Promise<{ output: string; exitStatus: number | null }> {
    return test.client.run(address, { id: randomUUID(), text });
  }

  it("run under accounts of their own and say so", async () => {
    const [first, second] = ["one", "two"].map((session) => String(statSync(test.homeOf(session)).uid));
    expect(first).not.toBe(second);
    expect((await run(one, "id -u")).output).toBe(`${first}\n`);
    expect((await run(two, "id -u")).output).toBe(`${second}\n`);
    expect((await test.client.terminals("one"))[0]?.confinement).toContain(`uid ${first}`);
  });

  it("inherit no pseudo terminal of another session", async () => {
    expect((await run(two, "ls -l /proc/self/fd | grep -c ptmx")).output).toBe("0\n");
    expect((await run(two, "ls /proc/$$/fd | tr '\\n' ' '")).output.trim()).toBe("0 1 2 255");
  });

  it("cannot read another home, nor its processes' environment and files", async () => {
    expect(await run(two, `cat ${test.homeOf("one")}/mine`)).toMatchObject({ exitStatus: 1 });
    const peek = await run(
      two,
      "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c -e TOKEN -e sessions/one",
    );
    expect(peek.output).toBe("0\n");
    expect((await run(two, "ls /proc/[0-9]*/root/ 2>/dev/null | grep -c mine")).output).toBe("0\n");
  });

  it("cannot open another's terminal, kill its processes or reach the host's socket", async () => {
    expect(
      (await run(two, "for t in /dev/pts/[0-9]*; do echo x > $t; done 2>/dev/null; kill -9 -1; true"))
        .exitStatus,
    ).not.toBe(9);
    expect(await run(one, "jobs | grep -c sleep")).toMatchObject({ output: "1\n" });
    expect(await run(two, `ls ${test.folder}/run ${test.folder}/data`)).toMatchObject({ exitStatus: 2 });
  });

  it("cannot write to the system and get nothing of the host's environment", async () => {
    expect((await run(one, "touch /usr/x /etc/x /x /dev/x /run/x 2>/dev/null")).exitStatus).toBe(1);
    const names = (await run(one, "env | cut -d= -f1 | sort | tr '\\n' ' '")).output.trim().split(" ");
    expect(
      names.filter(
        (name) => !/^(?:HOME|KUBECONFIG|LANG|PATH|PWD|OLDPWD|SHELL|SHLVL|TERM|USER|_|TOKEN)$/.test(name),
      ),
    ).toEqual([]);
  });

  it("find their home where labs of other platforms name it, where there is a box", async (context) => {
    if (confinement.kind === "account")
      return context.skip("without bubblewrap the folders of other platforms are not put in place");
    expect((await run(one, "cat /home/eduk8s/mine /root/mine")).output).toBe("top-secret\ntop-secret\n");
    expect((await run(two, "echo theirs > /root/theirs; cat ~/theirs; ls /root/mine")).output).toContain(
      "theirs\nls: cannot access '/root/mine'",
    );
  });

  it("are held to a number of processes and of open files", async () => {
    expect((await run(two, "ulimit -u; ulimit -n; ulimit -c")).output).toBe("512\n4096\n0\n");
  });

  it("have job control, Ctrl-C and the size of the screen", async () => {
    const sleeping = run(one, "sleep 50.5");
    await expect.poll(() => isRunning("sleep", "50.5")).toBe(true);
    await test.client.interrupt(one);
    expect(await sleeping).toMatchObject({ exitStatus: 130 });
    expect((await run(one, "stty size")).output).toBe("32 120\n");
  });

  it("serve on a port to their own terminals alone, not to each other nor to the machine", async (context) => {
    const network = (await test.client.confinement()).measures.find(({ subject }) => subject === "network");
    if (!network?.holds) return context.skip(`the network is ${network?.text ?? "unknown"}`);
    const port = 18_081;
    const ask = `cat < /dev/tcp/127.0.0.1/${port}`;
    const serve = `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => ${port}); while ($c = $s->accept) { print $c "of one\\n"; close $c }'`;
    await run(one, `${serve} & sleep 1`);
    const second = { ...one, terminal: "2" };
    await expect.poll(async () => (await run(second, ask)).output).toBe("of one\n");
    expect((await run(two, ask)).output).toContain("Connection refused");
    await expect(
      new Promise((resolve, reject) => {
        connect(port, "127.0.0.1").once("connect", resolve).once("error", reject);
      }),
    ).rejects.toThrow("ECONNREFUSED");
    await run(one, "kill %%");
  });

  it("see no processes of others and one /tmp for both terminals, where there is a box", async (context) => {
    if (confinement.kind === "account")
      return context.skip("without bubblewrap there is no box to look into");
    expect((await run(two, "ps -e | grep -c sleep")).output).toBe("0\n");
    await run(one, "touch /tmp/of-one");
    expect((await run({ ...one, terminal: "2" }, "ls /tmp")).output).toContain("of-one");
    expect((await run(two, "whoami")).output).toBe("learner\n");
    expect((await run(two, "ls /tmp")).output).not.toContain("of-one");
    expect((await run(two, "ls /home; cmp <(ls -a /root/) <(ls -a ~) && echo same")).output).toBe(
      "eduk8s\nsame\n",
    );
  });
});

/** Whether a process of this machine was started with these words. */
function isRunning(...words: string[]): boolean {
  return readdirSync("/proc").some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8") === `${words.join("\0")}\0`;
    } catch {
      return false;
    }
  });
}

describe("what a machine lacks", () => {
  const shell = { home: "/tmp", readOnlyPaths: [], sandbox: bareSandbox(defaultSessionLimits) };
  const none = {
    confinement: { kind: "none", description: "" },
    allowUnconfined: false,
    privateFolder: "/tmp",
    temporaryFolder: "/tmp",
  } as const;

  it("is refused with the line that helps", () => {
    expect(() => confine(["bash"], shell, none)).toThrow(/apt-get install bubblewrap/);
    // The flag belongs to the host's own process; somebody who runs `lectern serve` cannot give it.
    expect(() => confine(["bash"], shell, none)).not.toThrow(/--allow-unconfined/);
    expect(confine(["bash"], shell, { ...none, allowUnconfined: true }).confinement).toContain(
      "not confined",
    );
  });

  it.runIf(isRoot)(
    "refuses a root shell without an account, and a home the account cannot reach",
    async () => {
      const confinement: Confinement = { kind: "account", description: "" };
      expect(() => confine(["bash"], shell, { ...none, confinement })).toThrow(/no account of its own/);
      const test = await startTestHost();
      const closed = join(test.folder, "closed");
      mkdirSync(join(closed, "home"), { recursive: true });
      chmodSync(closed, 0o700);
      const account = { uid: 61_210, gid: 61_210 };
      expect(() =>
        confine(["bash"], { ...shell, home: join(closed, "home"), account }, { ...none, confinement }),
      ).toThrow(`chmod o+x ${closed}`);
      await test.close();
    },
  );

  it("refuses loader variables, which would act on the programs that confine", async () => {
    const test = await startTestHost();
    for (const name of ["LD_PRELOAD", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH"])
      await expect(
        test.open({ session: "x", terminal: "1" }, { [name]: "/tmp/evil" }),
        name,
      ).rejects.toMatchObject({ code: "TERMINAL_FRAME_INVALID" });
    await test.close();
  });

  it.runIf(isRoot)(
    "starts no program out of the session's own PATH before the account is switched",
    async () => {
      const tools = mkdtempSync(join(tmpdir(), "terminal-tools-"));
      chmodSync(tools, 0o755);
      const searchPath = `${tools}:/usr/bin:/bin`;
      const test = await startTestHost({ tools: { searchPath, readOnlyPaths: [tools] } });
      for (const name of ["setpriv", "bwrap"])
        writeFileSync(join(tools, name), `#!/bin/sh\ntouch ${test.folder}/fooled\n`, { mode: 0o755 });
      await test.open({ session: "x", terminal: "1" });
      const outcome = await test.client.run(
        { session: "x", terminal: "1" },
        { id: "1", text: "type -p bwrap" },
      );
      expect(outcome.output).toBe(`${tools}/bwrap\n`);
      await test.close();
      rmSync(tools, { recursive: true });
    },
  );
});

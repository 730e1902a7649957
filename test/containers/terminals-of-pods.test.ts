import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { busybox, SandboxedCluster, type TypedTerminal, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: terminals of pods (${why})\n`);

const WAIT = { timeout: 60_000 };
const PROMPT = "ready> ";
const INTERRUPT = "\u0003";
const STOP = "\u001A";
const ESCAPE = "\u001B";

/** Types, and waits for the answer, which is looked for behind what was shown before. */
async function says(terminal: TypedTerminal, typed: string, answer: RegExp): Promise<void> {
  const before = terminal.shown().length;
  terminal.type(typed);
  await expect.poll(() => terminal.shown().slice(before), WAIT).toMatch(answer);
}

describe.skipIf(why !== undefined)("a terminal of a pod", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    await cluster.create("shell", { containers: [busybox("exec sleep 100000")] });
    await vi.waitFor(
      async () => expect(await cluster.read("shell", "{.status.phase}")).toBe("Running"),
      WAIT,
    );
  });
  afterAll(async () => {
    await cluster?.close();
  });

  const open = async (): Promise<TypedTerminal> => {
    const set = `stty rows 31 cols 97; exec kubectl exec -it shell -- env PS1='${PROMPT}' sh -i`;
    const terminal = cluster.openTerminal(set);
    await expect.poll(() => terminal.shown(), WAIT).toContain(PROMPT);
    return terminal;
  };

  it("has a name that programs open, and devices, which nobody fills", async () => {
    const terminal = await open();
    await says(terminal, "tty\r", /^\/dev\/\S+\r$/m);
    await says(terminal, 'echo by-name > "$(tty)"\r', /^by-name\r$/m);
    await says(terminal, "[ -c /dev/pts/ptmx ] && [ -w /dev/ptmx ] && echo has others\r", /^has others\r$/m);
    await says(terminal, "echo x > /dev/full\r", /No space left on device/);
    await says(terminal, "echo x > /dev/more\r", /Read-only file system/);
    await says(terminal, "echo kept > /dev/shm/a && cat /dev/shm/a\r", /^kept\r$/m);
    terminal.type("exit\r");
    await terminal.ended;
    // Another command of the same pod shares the memory, and not the terminal.
    const shared = await cluster.kubectl.run(["exec", "shell", "--", "cat", "/dev/shm/a"]);
    expect(shared.stdout).toBe("kept\n");
  });

  it("has jobs: one is stopped, listed, brought back and interrupted", async () => {
    const terminal = await open();
    // It says itself when it runs and goes on: a key that came before would be for the shell.
    const job = `sh -c 'trap "echo again" CONT; echo begun; while :; do sleep 0.2; done'`;
    await says(terminal, `${job}\r`, /^begun\r$/m);
    await says(terminal, STOP, /Stopped[^]*ready> /);
    await says(terminal, "jobs\r", /Stopped.*begun/);
    await says(terminal, "fg\r", /^again\r$/m);
    await says(terminal, INTERRUPT, new RegExp(PROMPT));
    await says(terminal, "echo status $?\r", /^status 130\r$/m);
    terminal.type("exit\r");
    await terminal.ended;
  });

  it("has its size, which programs of the whole screen use", async () => {
    const terminal = await open();
    const size = "until [ \"$(stty size)\" = '31 97' ]; do sleep 0.1; done; stty size\r";
    await says(terminal, size, /^31 97\r$/m);
    // The line at the foot of its screen, which is the 31st.
    await says(terminal, "vi /tmp/letter\r", /\[31;1H.*- \/tmp\/letter/);
    await says(terminal, "iwritten in vi", /written in vi/);
    await says(terminal, ESCAPE, /- \/tmp\/letter/);
    await says(terminal, ":wq\r", new RegExp(PROMPT));
    await says(terminal, "cat /tmp/letter\r", /^written in vi\r$/m);
    await says(terminal, "top -d 1\r", /Mem: .*\r\n(.*\r\n)*.*sleep 100000/);
    await says(terminal, "q", new RegExp(PROMPT));
    terminal.type("exit\r");
    await terminal.ended;
  });

  it("is there for the first process of a container too", async () => {
    const container = busybox('tty; echo by-name > "$(tty)"; exec sleep 100000', { tty: true, stdin: true });
    await cluster.create("console", { containers: [container] });
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "console"])).stdout, WAIT)
      .toMatch(/^\/dev\/\S+\s+by-name\s/);
  });

  it("shows the first who attaches what was written before, and nobody after them", async () => {
    const container = busybox("echo early; echo worse >&2; read word; echo got $word; read word", {
      stdin: true,
    });
    await cluster.create("early", { containers: [container], restartPolicy: "Never" });
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "early"])).stdout, WAIT)
      .toContain("early");
    // kubectl writes what came of errors and of the rest in no order of its own.
    const all = "awk '{ print } /worse/ { worse = 1 } /got/ { got = 1 } worse && got { exit }'";
    const first = await cluster.onTerminal(`echo one | kubectl attach -i early 2>&1 | ${all}`);
    expect(first).toContain("early\r\n");
    expect(first).toContain("worse\r\n");
    expect(first).toContain("got one\r\n");
    const second = await cluster.onTerminal("echo two | kubectl attach -i early");
    expect(second).not.toContain("early");
  });

  it("loses nothing of programs that end before kubectl has attached", async () => {
    const run = "kubectl run quick --rm -i --restart=Never --quiet --image=busybox:1.36 -- echo said at once";
    for (let times = 0; times < 5; times++) {
      const said = await cluster.onTerminal(run);
      expect(said.match(/^said at once\r$/gm)).toHaveLength(1);
      expect(said).not.toContain("warning");
    }
  });
});

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandOutcome, TerminalAddress } from "../common/session-host.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

/** Time a shell needs to have read a few keys. */
const KEYS_MS = 400;
const BASH = { shell: "/bin/bash", startFile: ".bashrc" };
const ZSH = { shell: "/bin/zsh", startFile: ".zshrc" };
const shells = [BASH, ZSH].filter(({ shell }) => existsSync(shell));
if (shells.length < 2) console.log("skipping zsh: it is not installed");

let test: TestHost;
let counter = 300;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

interface Shell {
  address: TerminalAddress;
  home: string;
  run: (text: string) => Promise<CommandOutcome>;
  /** Types keys as the learner would and waits until they are read. */
  type: (keys: string) => Promise<void>;
}

async function open(kind: (typeof shells)[number], startText = ""): Promise<Shell> {
  counter += 1;
  const address = { session: `verdicts-${counter}`, terminal: "1" };
  await test.client.prepare(address.session, {
    files: [{ path: kind.startFile, content: Buffer.from(startText), mode: 0o644 }],
  });
  await test.client.open(address, { env: { SHELL: kind.shell } });
  return {
    address,
    home: test.homeOf(address.session),
    run: (text) => test.client.run(address, { id: randomUUID(), text }),
    type: async (keys) => {
      await test.client.input(address, keys);
      await wait(KEYS_MS);
    },
  };
}

/** What a reader who comes now sees of a terminal. */
async function shownOf(address: TerminalAddress): Promise<string> {
  const { reader, leave } = await openTestReader(test.socketPath, address);
  const [screen = ""] = reader.screens;
  await leave();
  return screen;
}

const SUCCEEDED = { status: "succeeded", exitStatus: 0 };

describe.each(shells)("in $shell", (kind) => {
  it("an exclamation mark is what it says, and is the learner's again afterwards", async () => {
    const { run, type, home, address } = await open(kind);
    expect(await run('echo "#!/bin/bash" > s.sh')).toMatchObject(SUCCEEDED);
    expect(await run('echo one\necho "a!b" > second\necho three')).toMatchObject({
      ...SUCCEEDED,
      output: "one\nthree\n",
    });
    expect(existsSync(join(home, "second"))).toBe(true);
    expect(await run("cat s.sh second")).toMatchObject({ ...SUCCEEDED, output: "#!/bin/bash\na!b\n" });
    await type("echo learner\r");
    await type("!!\r");
    expect(await run("echo next")).toMatchObject({ ...SUCCEEDED, output: "next\n" });
    expect((await shownOf(address)).match(/^learner\r?$/gm)?.length).toBe(2);
  });

  it("a part of the shell that works by itself is no shell that reads commands", async () => {
    const { run } = await open(kind);
    expect(await run("(sleep 1; exit 4)")).toMatchObject({ status: "failed", exitStatus: 4 });
    const loop = "for i in 1 2 3; do sleep 0.4; echo $i; done | cat";
    expect(await run(loop)).toMatchObject({ ...SUCCEEDED, output: "1\n2\n3\n" });
  });

  it("a half-typed line in vi mode is not run, wherever its cursor stands", async () => {
    const { run, type } = await open(kind);
    await run(kind === BASH ? "set -o vi" : "bindkey -v");
    await type("touch wrong; echo half");
    await type("\u001b");
    await type("hh");
    expect(await run("echo vi-block")).toMatchObject({ ...SUCCEEDED, output: "vi-block\n" });
    await type("touch wrong");
    expect(await run("ls")).toMatchObject({ ...SUCCEEDED, output: "" });
  });

  it("keys that were bound to something else do not matter", async () => {
    const bound =
      kind === BASH
        ? String.raw`bind '"\C-u": "wrong"'; bind '"\C-e": kill-word'; bind '"\C-m": "echo wrong"'; bind '"\C-j": abort'`
        : String.raw`bindkey -s '^U' wrong; bindkey '^E' kill-word; bindkey -s '^M' 'echo wrong'`;
    const { run, type } = await open(kind, bound);
    await type("echo half");
    expect(await run("echo block")).toMatchObject({ ...SUCCEEDED, output: "block\n" });
    expect(await run("(exit 4)")).toMatchObject({ status: "failed", exitStatus: 4 });
  });

  it("the learner's own hooks go on, and may fail or replace the prompt", async () => {
    const hooks =
      kind === BASH
        ? `count=0; own() { count=$((count+1)); PS1='> '; false; }\nPROMPT_COMMAND="own"`
        : `count=0; precmd() { count=$((count+1)); PS1='> '; false }`;
    const { run } = await open(kind, hooks);
    expect(await run("(exit 3)")).toMatchObject({ status: "failed", exitStatus: 3 });
    expect(await run("echo out")).toMatchObject({ ...SUCCEEDED, output: expect.stringMatching(/^out\r?\n/) });
    expect(await run("test $count -gt 1")).toMatchObject(SUCCEEDED);
  });

  it("hooks and prompts that a command replaces or makes read-only do not hide how it ended", async () => {
    const { run } = await open(kind);
    const replaced =
      kind === BASH
        ? [
            `f() { :; }; PROMPT_COMMAND="f;$PROMPT_COMMAND"`,
            "PROMPT_COMMAND=true",
            "PS0= PS1='$ '",
            "unset PROMPT_COMMAND PS0 PS1",
          ]
        : ["precmd() { :; }; preexec_functions=()", "PS1='%% '", "unset preexec_functions"];
    for (const text of [...replaced, "readonly PS1='r '"]) {
      expect(await run(`${text}; (exit 6)`), text).toMatchObject({ status: "failed", exitStatus: 6 });
      expect(await run("true"), text).toMatchObject(SUCCEEDED);
    }
    expect(await run("false")).toMatchObject({ status: "failed", exitStatus: 1 });
  });

  it.each(["set -u", "set -x", "set -v", "set -a", "trap 'echo trapped' DEBUG", "trap 'echo trapped' ERR"])(
    "%s shows nothing of ours in the output",
    async (option) => {
      for (const { run } of [await open(kind, `${option}\n`), await afterRunning(option)]) {
        expect(await run("(exit 2)")).toMatchObject({ status: "failed", exitStatus: 2 });
        const { status, output } = await run("echo out");
        expect(status).toBe("succeeded");
        expect(output).toContain("out");
        expect(output).not.toMatch(/lectern|133|unbound|parameter not set/);
      }
    },
  );

  async function afterRunning(option: string): Promise<Shell> {
    const shell = await open(kind);
    expect(await shell.run(option)).toMatchObject(SUCCEEDED);
    return shell;
  }

  it("aliases and functions of the learner's do not reach what we call", async () => {
    const aliases = "printf read local return bind builtin zle bindkey typeset test echo"
      .split(" ")
      .map((name) => `alias ${name}='echo shadowed'`)
      .join("\n");
    const { run } = await open(kind, `${aliases}\nprintf() { false; }\nread() { false; }`);
    expect(await run("(exit 5)")).toMatchObject({ status: "failed", exitStatus: 5 });
    expect(await run("true")).toMatchObject(SUCCEEDED);
  });

  it("word splitting, a plain locale and a dumb terminal change nothing", async () => {
    const { run } = await open(kind, "IFS=0123456789abcdef; export LC_ALL=C");
    expect(await run("(exit 5)")).toMatchObject({ status: "failed", exitStatus: 5 });
    expect(await run("unset IFS; echo 'é ✓'")).toMatchObject({ ...SUCCEEDED, output: "é ✓\n" });
    expect(await run("export TERM=dumb")).toMatchObject(SUCCEEDED);
    expect(await run("(exit 5)")).toMatchObject({ status: "failed", exitStatus: 5 });
  });

  it("a program that was killed leaves the terminal usable", async () => {
    const { run } = await open(kind);
    expect(await run("bash -c 'stty raw -echo; kill -9 $$'")).toMatchObject({
      status: "failed",
      exitStatus: 137,
    });
    expect(await run("stty -echo")).toMatchObject(SUCCEEDED);
    expect(await run("echo after")).toMatchObject({ ...SUCCEEDED, output: "after\n" });
  });

  it("what a job in the background prints ends nothing", async () => {
    const { run } = await open(kind);
    expect(await run("(sleep 1; echo late) &")).toMatchObject(SUCCEEDED);
    expect(await run("sleep 2; (exit 3)")).toMatchObject({ status: "failed", exitStatus: 3 });
  });

  it("a command that ignores Ctrl-C is not said to have been interrupted by it", async () => {
    const { run, address } = await open(kind);
    const deaf = run("trap '' INT; echo deaf; sleep 2; (exit 3)");
    await expect.poll(() => shownOf(address)).toMatch(/^deaf/m);
    await test.client.interrupt(address);
    expect(await deaf).toMatchObject({ exitStatus: 3, reason: "ended with 3 after Ctrl-C" });
  });

  it("a here-document, tabs and backslashes arrive as they are", async () => {
    const { run } = await open(kind);
    const text = "cat <<'EOF'\na\\nb\t$HOME `x` \\\\ %s\nEOF\nprintf '%s\\n' 'c\\d'";
    expect(await run(text)).toMatchObject({ ...SUCCEEDED, output: "a\\nb\t$HOME `x` \\\\ %s\nc\\d\n" });
  });

  it("behaves as if typed: history, jobs and the shell's own commands", async () => {
    const { run, type, address } = await open(kind);
    await run("echo first-of-history");
    await run("cd /tmp && kept=17");
    expect(await run("echo $kept $PWD")).toMatchObject({ ...SUCCEEDED, output: "17 /tmp\n" });
    expect((await run("fc -l | tail -5")).output).toContain("echo first-of-history");
    const stopped = run("sleep 60");
    await wait(700);
    await type("\u001a");
    expect(await stopped).toMatchObject({
      status: "failed",
      exitStatus: 148,
      reason: expect.stringContaining("suspended, not ended"),
    });
    expect((await run("jobs")).output).toContain("sleep 60");
    await run("kill %1");
    const asked = run("read answer; echo got $answer");
    await wait(700);
    await type("Ada\r");
    expect(await asked).toMatchObject({ ...SUCCEEDED, output: expect.stringContaining("got Ada") });
    expect(await shownOf(address)).toContain("echo first-of-history");
  });

  it("a screen that is cleared before a command shows the command", async () => {
    const { run, address } = await open(kind);
    await run("echo before-it");
    const outcome = await test.client.run(address, { id: randomUUID(), text: "echo after-it", clear: true });
    expect(outcome).toMatchObject({ ...SUCCEEDED, output: "after-it\n" });
    const screen = await shownOf(address);
    expect(screen).not.toContain("before-it");
    expect(screen).toMatch(/echo after-it[^]*after-it/);
  });

  it("nothing is lost after an interrupt at the prompt", async () => {
    const { run, address } = await open(kind);
    for (let round = 0; round < 20; round += 1) {
      await run("echo a | cat");
      await test.client.interrupt(address);
      expect(await run("echo complete")).toMatchObject({ ...SUCCEEDED, output: "complete\n" });
    }
  });
});

it.skipIf(!shells.includes(ZSH))(
  "what zsh runs before a prompt by its own clock decides nothing",
  async () => {
    const { run } = await open(ZSH);
    const scheduled = "zmodload zsh/sched; sched +1 true; sleep 1.5; (exit 3)";
    expect(await run(scheduled)).toMatchObject({ status: "failed", exitStatus: 3 });
    expect(await run("sched +1 false; sleep 1.5; true")).toMatchObject(SUCCEEDED);
  },
);

it("a nonce is good for one command", async () => {
  const { run } = await open(BASH);
  const leak = "printf '\\033]133;D;0;%s;99;%s\\007' $__lectern_command $__lectern_nonce > old";
  expect(await run(leak)).toMatchObject(SUCCEEDED);
  expect(await run("cat old; (exit 7)")).toMatchObject({ status: "failed", exitStatus: 7 });
});

it("a prompt that a command prints itself ends nothing", async () => {
  const { run } = await open(BASH);
  expect(await run('echo "${PS1@P}"; sleep 0.5; false')).toMatchObject({ status: "failed", exitStatus: 1 });
  expect(await run("true")).toMatchObject(SUCCEEDED);
});

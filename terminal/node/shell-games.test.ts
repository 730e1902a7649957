import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandOutcome, TerminalAddress } from "../common/session-host.js";
import { plainText } from "../common/plain-text.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

const hasZsh = existsSync("/bin/zsh");
if (!hasZsh) console.log("skipping zsh: it is not installed");

let test: TestHost;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

interface Shell {
  address: TerminalAddress;
  run: (text: string) => Promise<CommandOutcome>;
}

/** Opens a shell whose start-up file has this text. */
async function open(shell: string, startText = ""): Promise<Shell> {
  counter += 1;
  const address = { session: `games-${counter}`, terminal: "1" };
  const path = shell.endsWith("zsh") ? ".zshrc" : ".bashrc";
  await test.client.prepare(address.session, { files: [{ path, content: startText }] });
  await test.client.open(address, { env: { SHELL: shell } });
  return { address, run: (text) => test.client.run(address, { id: randomUUID(), text }) };
}

/** Whether failure, success and what was printed are told as they were. */
async function expectJudged({ run }: Shell): Promise<void> {
  expect(await run("(exit 3)")).toMatchObject({ status: "failed", exitStatus: 3 });
  expect(await run("(exit 4)\necho two")).toMatchObject({ status: "failed", exitStatus: 4 });
  expect(await run("echo one\necho two")).toMatchObject({ status: "succeeded", exitStatus: 0 });
}

const BASH_GAMES = [
  "alias case=echo if=echo while=echo for=echo [[=echo builtin=echo",
  "printf() { false; }; trap() { false; }; test() { false; }; read() { false; }; bind() { false; }; shopt() { false; }; export() { false; }",
  "command_not_found_handle() { echo no; return 4; }",
  "shopt -s extdebug",
  "set -u",
  "set -o posix",
  "set -k; set -f; set -a",
  "export TERM=dumb",
  "stty -echo",
  "stty raw",
  "stty rows 1",
  "stty rows 1 cols 1",
  "IFS=e0123",
  "shopt -s failglob nullglob",
  "shopt -u expand_aliases sourcepath",
  "export LANG=C LC_ALL=C",
  "readonly PROMPT_COMMAND=true",
  "PS0=mine",
  "PS0='$(printf mine)'",
  "PS0=mine; PROMPT_COMMAND=true",
  // As other terminals' own integration of shells sets them.
  String.raw`PS0='\e]133;C;\a'`,
  String.raw`PS1='\[\e]133;A;\a\]\$ \[\e]133;B;\a\]' PS2='> \[\e]133;P;k=s\a\]' PS0='\e]133;C;\a'`,
  "exec >/dev/tty",
  "kill -STOP $$",
  "suspend -f",
];

const ZSH_GAMES = [
  "alias if=echo while=echo local=echo",
  "printf() { false; }; zle() { false; }; shift() { false; }; typeset() { false; }",
  "set -u",
  "setopt err_return",
  "emulate sh",
  "emulate ksh; setopt sh_word_split",
  "stty -echo",
  "stty raw",
  "stty rows 1",
  "stty rows 1 cols 1",
  "IFS=e0123",
  "setopt null_glob no_glob",
  "unsetopt prompt_subst interactive_comments",
  "TRAPZERR() { true }",
  "exec 2>/dev/null",
  "setopt hist_reduce_blanks hist_allow_clobber",
  "kill -STOP $$",
  "suspend -f",
];

const games: [string, string[]][] = [["/bin/bash", BASH_GAMES]];
if (hasZsh) games.push(["/bin/zsh", ZSH_GAMES]);

describe.concurrent.each(games)("in %s commands are judged", (shell, texts) => {
  it.each(texts)("after the block %s", async (text) => {
    const opened = await open(shell);
    await opened.run(text);
    await expectJudged(opened);
  });

  it.each(texts.filter((text) => !/^(?:exec|stty|kill|suspend)/.test(text)))(
    "with %s in the start-up file",
    async (text) => {
      await expectJudged(await open(shell, `${text}\n`));
    },
  );
});

/** Blocks in which bash itself waits, with its error output elsewhere. */
const WAITS = [
  "{ word=$(sleep 2); } 2>/dev/null",
  "sleep 2 & wait $! 2>/dev/null",
  "while read -r word; do :; done 2>/dev/null < <(sleep 2)",
];

describe.concurrent("in /bin/bash a block ends when it ends", () => {
  it.each(WAITS)("though nobody would see a prompt meanwhile: %s", async (text) => {
    const { run } = await open("/bin/bash");
    expect(await run(text)).toMatchObject({ status: "succeeded", exitStatus: 0 });
  });
});

/** What takes the marks, the keys or the line editor away. */
const BASH_BREAKS = [
  "exec 2>/dev/null",
  "builtin() { false; }",
  "readonly __lectern_command",
  "readonly __lectern_prompts",
  "readonly READLINE_LINE",
  "enable -n printf read bind",
  "enable -n eval",
  "shopt -s extdebug; trap false DEBUG",
  "set +o emacs; set +o vi",
  "stty intr a",
];
const ZSH_BREAKS = [
  "builtin() { false }",
  "builtin() { true }",
  "readonly __lectern_command",
  "typeset -r __lectern_lines",
  "unsetopt zle",
  "zle-line-finish() { BUFFER='echo changed' }; zle -N zle-line-finish",
];

const breaks: [string, string[]][] = [["/bin/bash", BASH_BREAKS]];
if (hasZsh) breaks.push(["/bin/zsh", ZSH_BREAKS]);

describe.concurrent.each(breaks)(
  "in %s a shell that cannot tell any more",
  { timeout: 120_000 },
  (shell, texts) => {
    it.each(texts)("says so with a remedy, and runs a command once at most: %s", async (text) => {
      const { run, address } = await open(shell);
      await run(text);
      const outcome = await run("echo run >> ran; (exit 3)");
      expect(outcome).toMatchObject({ status: "unknown", exitStatus: null });
      expect(outcome.reason).toMatch(/enter `ex|variables were changed/);
      const ran = await test.client.read(address.session, "ran").catch(() => Buffer.from(""));
      expect(Buffer.from(ran).toString("utf8").split("\n").length).toBeLessThanOrEqual(2);
    });
  },
);

const LOSSES: [string, string][] = [
  ["/bin/bash", "unset ${!__lectern_*}"],
  ["/bin/bash", String.raw`bind -r "\e[5701~"`],
];
if (hasZsh)
  LOSSES.push(
    ["/bin/zsh", "unfunction -m '__lectern_*'"],
    ["/bin/zsh", "bindkey -d"],
    ["/bin/zsh", String.raw`bindkey -r '\e[5701~'`],
  );

describe.concurrent("what the shell lost of ours is given back", () => {
  it.each(LOSSES)("in %s after the block %s", async (program, text) => {
    const shell = await open(program);
    await shell.run(text);
    await expectJudged(shell);
  });
});

describe.each(games.map(([program]) => program))(
  "in %s a Ctrl-C while the shell starts",
  { timeout: 90_000 },
  (program) => {
    it.each([0, 4, 8, 12, 16, 24, 32, 48, 64])("after %i ms ends no shell", async (delayMs) => {
      const shell = await open(program);
      await wait(delayMs);
      await test.client.interrupt(shell.address);
      await expectJudged(shell);
    });
  },
);

it("a start-up file that keeps our part from running leaves a shell that text is typed into", async () => {
  const { run } = await open("/bin/bash", "builtin() { false; }");
  expect(await run("touch typed")).toMatchObject({ status: "typed" });
});

const REPLACEMENTS = [
  "exec bash",
  "exec bash --norc",
  "exec env X=1 bash",
  "exec env -i /bin/bash",
  ...(hasZsh ? ["exec zsh -f"] : []),
];

describe.concurrent("a shell that replaced ours", () => {
  it.each(REPLACEMENTS)("%s is set up as the first was", async (text) => {
    const shell = await open("/bin/bash", "alias case=echo\n");
    expect(await shell.run(text)).toMatchObject({ status: "succeeded", exitStatus: 0 });
    await expectJudged(shell);
    const folder = join(test.homeOf(shell.address.session), "..", "start");
    const left = readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)));
    // The file with the secret is gone again.
    expect(left).not.toContain("bashrc");
    if (text.includes("bash")) expect((await shell.run("fc -l")).output).not.toContain("start/");
  });

  it("also where the learner typed it, once more, and with a half-typed line", async () => {
    const shell = await open("/bin/bash");
    await shell.run("true");
    for (const line of ["exec bash\r", "exec bash\r"]) {
      await test.client.input(shell.address, line);
      await shows(shell.address, /[$]$/);
      await test.client.input(shell.address, "touch wrong ");
      await expectJudged(shell);
    }
    expect((await shell.run("ls")).output).not.toContain("wrong");
  });

  it("says nothing of what stood beside the exec", async () => {
    const { run } = await open("/bin/bash");
    expect(await run("exec bash --norc; echo never")).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("replaced by bash"),
    });
  });

  it("that is no shell of ours takes typed text", async () => {
    const { run } = await open("/bin/bash");
    await run("exec dash");
    expect(await run("true")).toMatchObject({ status: "typed" });
  });
});

/** Waits until a terminal's screen ends so. */
async function shows(address: TerminalAddress, end: RegExp): Promise<void> {
  while (!end.test(await screenOf(address))) await wait(50);
}

async function screenOf(address: TerminalAddress): Promise<string> {
  const { reader, leave } = await openTestReader(test.socketPath, address);
  await leave();
  return plainText(reader.screens[0] ?? "").text.trimEnd();
}

describe.skipIf(!hasZsh)("several lines in zsh", { concurrent: true }, () => {
  it.each([
    ["echo a\nfalse\necho b", { status: "failed", exitStatus: 1, output: "a\nb\n" }],
    ["echo a\necho b\n# a comment", { status: "succeeded", output: "a\nb\n" }],
    ["# first\n\ncat <<X\nhere\n\n# text\nX\n# last", { status: "succeeded", output: "here\n\n# text\n" }],
    ['echo "a\n# b"\necho c', { status: "succeeded", output: "a\n# b\nc\n" }],
    ["echo a\necho )\necho c", { status: "failed", output: "a\n" }],
    ["echo a\nif true; then", { status: "unknown", reason: expect.stringContaining("incomplete") }],
    ["(exit 130)\necho after", { status: "failed", exitStatus: 130, output: "after\n" }],
    ["alias greet='echo hello'\ngreet", { status: "succeeded", output: "hello\n" }],
    ["read answer\necho got:$answer", { status: "succeeded", output: expect.stringContaining("got:Ada") }],
  ])("%j", async (text, expected) => {
    const { run, address } = await open("/bin/zsh");
    await run("true");
    const running = run(text);
    if (text.startsWith("read")) {
      await shows(address, /read answer$/);
      await test.client.input(address, "Ada\r");
    }
    expect(await running).toMatchObject(expected);
    expect(await run("ls")).toMatchObject({ status: "succeeded", output: "" });
  });
});

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandOutcome, TerminalAddress } from "../common/session-host.js";
import { plainText } from "../common/plain-text.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

const BASH = "/bin/bash";
const ZSH = "/bin/zsh";
const shells = [BASH, ZSH].filter((shell) => existsSync(shell));
if (!shells.includes(ZSH)) console.log("skipping zsh: it is not installed");

let test: TestHost;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

type Verdict = Partial<CommandOutcome>;
/** A block, what is right to say of it, and what is typed once it has printed `ready`. */
type Block = [text: string, verdict: Verdict, keys?: string];

const SUCCEEDED: Verdict = { status: "succeeded", exitStatus: 0 };
const TYPED: Verdict = { status: "typed", exitStatus: null };
const INTERRUPTED: Verdict = { status: "interrupted", exitStatus: 130 };
const SUSPENDED: Verdict = failed(147, expect.stringContaining("suspended, not ended"));

function failed(exitStatus: number, reason?: unknown): Verdict {
  return { status: "failed", exitStatus, reason: reason as string };
}

function unknown(words: string): Verdict {
  return { status: "unknown", exitStatus: null, reason: expect.stringContaining(words) as string };
}

const CTRL_C = "\u0003";
const STOPS = "sh -c 'kill -STOP $$; exit 4'";
const SKIP_TOUCH = "d() { case $BASH_COMMAND in touch*) return 1 ;; esac; }; trap d DEBUG";
const AFTERWARDS: Block[] = [
  ["(exit 3)", failed(3)],
  ["true", SUCCEEDED],
];

/** What both shells have to be judged by. */
const BLOCKS: Record<string, Block[]> = {
  "a status that looks like a suspension": [
    ["(exit 147)", failed(147)],
    ["(exit 148)\ntrue", failed(148)],
  ],
  "a program that stopped itself, and the status alone while it stands still": [
    [STOPS, SUSPENDED],
    ["(exit 147)", failed(147)],
    ["fg", failed(4)],
  ],
  "a program that stops again when it is brought back": [
    ["sh -c 'kill -STOP $$; kill -STOP $$; exit 4'", SUSPENDED],
    ["fg", SUSPENDED],
    ["%1", failed(4)],
  ],
  "what goes on in the background": [
    [STOPS, SUSPENDED],
    ["bg; wait %1", failed(4)],
  ],
  "statuses of signals, whoever sent them": [
    ["(exit 130)", failed(130)],
    ["sh -c 'kill -TERM $$'", failed(143)],
    ["sh -c 'kill -9 $$'", failed(137)],
  ],
  "Ctrl-C": [["echo ready; sleep 60", INTERRUPTED, CTRL_C], ...AFTERWARDS],
  "a job in the background that is waited for": [["(sleep 0.3; exit 5) & wait $!", failed(5)]],
  "a question that is answered": [
    ['echo ready; read answer; test "$answer" = Ada', SUCCEEDED, "Ada\r"],
    ['test "$answer" = Ada', SUCCEEDED],
  ],
  "output that comes later": [
    ["(sleep 0.5; echo late; false) &", SUCCEEDED],
    ...AFTERWARDS,
    ["sleep 1", SUCCEEDED],
  ],
  "what is not complete": [
    ["cat <<EOF\nhello", unknown("incomplete")],
    ['echo "open', unknown("incomplete")],
    ["if true; then", unknown("incomplete")],
    ["echo a |", unknown("incomplete")],
    ["echo $((1 +", unknown("incomplete")],
    ...AFTERWARDS,
  ],
  "line ends of Windows, tabs and control characters": [
    ["echo a\r\necho b\r\n", { ...SUCCEEDED, output: "a\nb\n" }],
    ["if true; then\n\techo\ttab\nfi", { ...SUCCEEDED, output: "tab\n" }],
    ["echo a\u0000b\u0003c\u001bd\u0004e", { ...SUCCEEDED, output: "abcde\n" }],
  ],
  "hundreds of lines": [
    [Array.from({ length: 500 }, (_none, at) => (at === 250 ? "(exit 7)" : "true")).join("\n"), failed(7)],
    [Array.from({ length: 100 }, () => "true").join("\n"), SUCCEEDED],
  ],
  "names that were given another meaning": [
    ["alias ls=false", SUCCEEDED],
    ["ls", failed(1)],
    ["date() { return 7; }", SUCCEEDED],
    ["date", failed(7)],
  ],
  "a shell that ends": [["exit 3", unknown("the shell ended with status 3")]],
  "a shell that is killed": [["kill -9 $$", unknown("the shell ended with status 137")]],
  "a shell that ends at the first failure": [
    ["set -e", SUCCEEDED],
    ["true", SUCCEEDED],
    ["false", unknown("the shell ended with status 1")],
  ],
  "a program in the shell's place that ends well": [["exec sleep 1", SUCCEEDED]],
  "a program in the shell's place that fails": [
    ["exec sh -c 'exit 4'", failed(4, expect.stringContaining("in the shell's place"))],
  ],
  "something in the shell's place that is not all of the block": [
    ["cd / && exec false", unknown("the shell ended with status 1")],
  ],
  "a shell in the shell's place that is none of ours": [
    ["exec dash", TYPED],
    ["true", TYPED],
  ],
  "a program that is not there in the shell's place": [
    ["exec no-such-program || true", unknown("the shell ended")],
  ],
  "a shell that takes no Ctrl-C": [
    ["trap '' INT", SUCCEEDED],
    ["echo ready; read answer; (exit 3)", { status: "interrupted", exitStatus: 3 }, `${CTRL_C}\r`],
    ["true", SUCCEEDED],
  ],
};

const BASH_BLOCKS: Record<string, Block[]> = {
  "a DEBUG trap that leaves commands out": [
    [`shopt -s extdebug; ${SKIP_TOUCH}`, SUCCEEDED],
    ["touch skipped", unknown("a DEBUG trap decides")],
    ["touch skipped\necho not", unknown("a DEBUG trap decides")],
    ["(exit 3)", failed(3)],
    ["trap - DEBUG", unknown("a DEBUG trap decides")],
    ["test ! -e skipped", SUCCEEDED],
  ],
  "extdebug without a trap": [["shopt -s extdebug", SUCCEEDED], ...AFTERWARDS],
  "a program that is not there in the shell's place": [["exec no-such-program", failed(127)], ...AFTERWARDS],
  "a PS0 that is read-only": [
    ["readonly PS0=mine", SUCCEEDED],
    ["(exit 3)", failed(3)],
    ["false\necho b", unknown("PS0 was changed")],
  ],
  "hooks of a list, and none": [
    ["PROMPT_COMMAND=('echo one' 'false')", SUCCEEDED],
    ["(exit 3)", failed(3)],
    ["unset PROMPT_COMMAND", SUCCEEDED],
    ...AFTERWARDS,
  ],
  "a command that is not there, and a handler that says it is": [
    ["no-such-command", failed(127)],
    ["command_not_found_handle() { echo no $1; }", SUCCEEDED],
    ["no-such-command", SUCCEEDED],
  ],
  "a history that is cut": [
    ["history -d -1", SUCCEEDED],
    ["HISTSIZE=0 HISTIGNORE='*'", SUCCEEDED],
    ...AFTERWARDS,
  ],
  "no bracketed paste": [
    ["bind 'set enable-bracketed-paste off'", SUCCEEDED],
    ["echo a\n(exit 3)\necho b", { ...failed(3), output: "a\nb\n" }],
    ["true", SUCCEEDED],
  ],
  "wide patterns": [
    ["shopt -s extglob", SUCCEEDED],
    ["touch a b && test !(a) = b", SUCCEEDED],
    ...AFTERWARDS,
  ],
  "keys of the terminal that are other ones": [
    ["stty -isig -icrnl -ixon eof x", SUCCEEDED],
    ["echo x; (exit 3)", failed(3)],
    ["true", SUCCEEDED],
  ],
  "a restricted shell": [
    ["set -r", SUCCEEDED],
    ["true", unknown("keeps it from taking commands")],
  ],
};

const ZSH_BLOCKS: Record<string, Block[]> = {};

/** Second prompts by which nobody could see that one waits. */
const SECOND_PROMPTS = ["PS2='? '", "PS2=", "PS2=$'\\e[31m> \\e[0m'", "unset PS2", "PS1='! ' PS2='? '"];
const INCOMPLETE = [
  "echo 'open",
  'echo "open',
  "cat <<EOF\nhello",
  "if true; then",
  "echo a |",
  "touch wrong \\",
  "echo $((1 +",
];
const INTACT: Block[] = [
  ["touch right; (exit 3)", failed(3)],
  ["test -e right -a ! -e wrong", SUCCEEDED],
];

/** Ways into shells and programs that tell nothing, each with what leads out again; and the same programs where they are told what to do. */
const WAYS_IN: [way: string, out: string][] = [
  ["bash --norc", "exit"],
  ["bash --norc -x", "exit"],
  ["bash --norc -o posix", "exit"],
  ["bash --rcfile /dev/null", "exit"],
  ["sh -c 'exec bash --norc'", "exit"],
  ["env X=1 nice bash --norc", "exit"],
  ["timeout 100 bash --norc", "exit"],
  ["script -q /dev/null", "exit"],
  ["script -qc 'bash --norc' /dev/null", "exit"],
];
const TOLD: [command: string, exitStatus: number][] = [
  ["bash -c 'sleep 1; exit 3'", 3],
  ["echo 'sleep 1; exit 3' | bash", 3],
  ["bash -x <(echo 'sleep 1; exit 3')", 3],
  ["script -qec 'sleep 1; exit 3' /dev/null", 3],
];

interface Shell {
  address: TerminalAddress;
  run: (text: string) => Promise<CommandOutcome>;
}

async function open(shell: string): Promise<Shell> {
  counter += 1;
  const address = { session: `table-${counter}`, terminal: "1" };
  // Zsh asks who has no such file what should be in it.
  await test.client.prepare(address.session, { files: [{ path: ".zshrc", content: "" }] });
  await test.client.open(address, { env: { SHELL: shell } });
  return { address, run: (text) => test.client.run(address, { id: randomUUID(), text }) };
}

async function shownOf(address: TerminalAddress): Promise<string> {
  const { reader, leave } = await openTestReader(test.socketPath, address);
  await leave();
  return plainText(reader.screens[0] ?? "").text;
}

async function judge(shell: string, blocks: readonly Block[]): Promise<void> {
  const { address, run } = await open(shell);
  for (const [text, verdict, keys] of blocks) {
    const running = run(text);
    if (keys !== undefined) {
      while (!/^ready$/m.test(await shownOf(address))) await wait(50);
      await test.client.input(address, keys);
    }
    expect(await running, text.slice(0, 200)).toMatchObject(
      Object.fromEntries(Object.entries(verdict).filter(([, value]) => value !== undefined)),
    );
    if (verdict.status === "failed" && verdict.reason === undefined)
      expect((await running).reason, text.slice(0, 200)).toBeUndefined();
  }
}

describe.concurrent.each(shells)("in %s what is said of", (shell) => {
  const own = shell === BASH ? BASH_BLOCKS : ZSH_BLOCKS;
  it.each(Object.entries({ ...BLOCKS, ...own }))("%s is so", async (_title, blocks) => judge(shell, blocks));
});

describe.concurrent.each(shells)("in %s no block is typed into an incomplete one", (shell) => {
  it.each(SECOND_PROMPTS)("where the second prompt is made another with it: %s", async (prompt) =>
    judge(shell, [
      ["true", SUCCEEDED],
      [prompt, SUCCEEDED],
      ...AFTERWARDS,
      ...INCOMPLETE.flatMap((text): Block[] => [[`${prompt}\n${text}`, unknown("incomplete")], ...INTACT]),
    ]),
  );

  it.each(["readonly PS2='? '", "readonly PS1='! ' PS2='? '"])("where it stays so: %s", async (prompt) =>
    judge(shell, [
      [prompt, SUCCEEDED],
      ...INCOMPLETE.flatMap((text): Block[] => [[text, unknown("incomplete")], ...INTACT]),
      ...INTACT,
    ]),
  );

  it.each(["PS2='? '", "PS1='! ' PS2='? '"])("that the learner has typed after %s", async (prompt) => {
    const { address, run } = await open(shell);
    await run("true");
    await test.client.input(address, `${prompt}\r`);
    for (const text of INCOMPLETE) {
      await test.client.input(address, `echo 'rea''dy'; ${text.replaceAll("\n", "\r")}\r`);
      for (const [block, verdict] of INTACT)
        expect(await run(block), text).toMatchObject({
          status: verdict.status,
          exitStatus: verdict.exitStatus,
        });
    }
  });
});

describe.concurrent("in a bash without bracketed paste no block is typed into an incomplete one", () => {
  const OFF = "bind 'set enable-bracketed-paste off'";
  it.each(["echo 'open", "cat <<EOF\nhello", "touch wrong \\"])("%j", async (text) => {
    await judge(BASH, [
      [OFF, SUCCEEDED],
      ["readonly PS2='? '", SUCCEEDED],
      [text, unknown("incomplete")],
      ...INTACT,
    ]);
  });
});

describe.concurrent("of what tells nothing of its commands, nothing is said", () => {
  it.each(WAYS_IN)("%s", async (way, out) =>
    judge(BASH, [
      [way, TYPED],
      ["touch inside", TYPED],
      [out, TYPED],
      ["test -e inside", SUCCEEDED],
    ]),
  );

  it.each(TOLD)("but of %s how it ended", async (command, exitStatus) =>
    judge(BASH, [
      [command, failed(exitStatus)],
      ["true", SUCCEEDED],
    ]),
  );
});

it("two terminals of a session say each what its own command did", async () => {
  const { address, run } = await open(BASH);
  const second = { ...address, terminal: "2" };
  await test.client.open(second, { env: { SHELL: BASH } });
  const slow = run("sleep 0.5; exit_with() { return 5; }; exit_with");
  const other = test.client.run(second, { id: randomUUID(), text: "true" });
  expect(await other).toMatchObject(SUCCEEDED);
  expect(await slow).toMatchObject({ status: "failed", exitStatus: 5 });
});

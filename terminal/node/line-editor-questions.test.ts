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
const hasZsh = existsSync(ZSH);
if (!hasZsh) console.log("skipping the questions of zsh: it is not installed");
/** Longer than a prompt without our marks is waited for. */
const LOOKED_AT_MS = 500;

let test: TestHost;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

interface Shell {
  address: TerminalAddress;
  run: (text: string) => Promise<CommandOutcome>;
  /** Types it once the question is asked, and has been looked at. */
  answer: (text: string) => Promise<void>;
}

async function open(shell: string): Promise<Shell> {
  counter += 1;
  const address = { session: `questions-${counter}`, terminal: "1" };
  await test.client.prepare(address.session, { files: [{ path: ".zshrc", content: "" }] });
  await test.client.open(address, { env: { SHELL: shell } });
  return {
    address,
    run: (text) => test.client.run(address, { id: randomUUID(), text }),
    answer: async (text) => {
      await asked(address);
      await test.client.input(address, `${text}\r`);
    },
  };
}

async function asked(address: TerminalAddress): Promise<void> {
  for (let shown = ""; !/^ready$/m.test(shown); await wait(50)) {
    const { reader, leave } = await openTestReader(test.socketPath, address);
    await leave();
    shown = plainText(reader.screens[0] ?? "").text;
  }
  await wait(LOOKED_AT_MS);
}

interface Question {
  shell: string;
  before: string[];
  question: string;
  answer: string;
  value: string;
}

const inBash = { shell: BASH, question: "read -e answer", answer: "Ada", value: "Ada" };
const QUESTIONS: Question[] = [
  { ...inBash, before: [] },
  { ...inBash, before: ["true"], question: "read -e -p '? ' answer" },
  { ...inBash, before: ["true", "history -c"] },
  { ...inBash, before: ["set +o history"] },
  { ...inBash, before: ["PROMPT_COMMAND='PS1=new'", "true"] },
  { ...inBash, before: ["HISTCONTROL=ignoreboth:erasedups", "true"], question: " read -e answer" },
  { shell: ZSH, before: [], question: "vared -c answer", answer: "Ada", value: "Ada" },
  {
    shell: ZSH,
    before: ["true"],
    question: "select answer in one two; do break; done",
    answer: "2",
    value: "two",
  },
];

const questions = QUESTIONS.filter(({ shell }) => shell === BASH || hasZsh);

describe.concurrent("a command that has the line editor ask has not ended before it is answered", () => {
  it.each(questions)(
    "in $shell after $before: $question",
    async ({ shell, before, question, answer, value }) => {
      const opened = await open(shell);
      for (const text of before) expect(await opened.run(text), text).toMatchObject({ status: "succeeded" });
      const running = opened.run(`echo ready; ${question}; test "$answer" = ${value} && (exit 3)`);
      await opened.answer(answer);
      expect(await running).toMatchObject({ status: "failed", exitStatus: 3 });
      expect(await opened.run("true")).toMatchObject({ status: "succeeded", exitStatus: 0 });
    },
  );
});

/** Whether a bash counts so is known after its second command. */
const known = questions.filter(
  ({ before }) => !before.includes("set +o history") && !before.includes("history -c"),
);

describe.concurrent("a question that the learner has the line editor ask is not answered with the next block", () => {
  it.each(known)("in $shell after $before: $question", async ({ shell, before, question, answer, value }) => {
    const opened = await open(shell);
    for (const text of ["true", ...before, "true"]) await opened.run(text);
    await test.client.input(opened.address, `echo ready; ${question}\r`);
    await asked(opened.address);
    const block = opened.run(`test "$answer" = ${value} && (exit 3)`);
    await opened.answer(answer);
    expect(await block).toMatchObject({ status: "failed", exitStatus: 3 });
  });
});

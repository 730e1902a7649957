import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sequences } from "../common/sequences-for-tests.js";
import { ScreenOutput, directly } from "./screen-output-for-tests.js";
import { ScreenWorkers, type ScreenWorkersOptions } from "./screen-workers.js";

/** Time a thread needs to start from source on a busy machine. */
const PATIENCE_MS = 180_000;
let workers: ScreenWorkers;
let replaced: string[];

/** The options may still be changed. */
function start(given: ScreenWorkersOptions = {}): ScreenWorkersOptions {
  replaced = [];
  const options = { workers: 1, ...given, onReplaced: (reason: string) => replaced.push(reason) };
  workers = new ScreenWorkers(options);
  return options;
}

beforeEach(async () => {
  start();
  await workers.started();
});
afterEach(() => workers.close());

function lines(count: number, width = 60): string {
  return Array.from({ length: count }, (_, line) => `${line} ${"x".repeat(line % width)}\r\n`).join("");
}

describe("questions without end", () => {
  it.each([
    ["where the cursor is", "\u001b[6n", "\u001b[1;1R"],
    ["what the terminal is", "\u001b[c", "\u001b[?1;2c"],
    ["its settings", "\u001bP$qm\u001b\\", "\u001bP1$r0m\u001b\\"],
  ])(
    "%s: few are answered, the others cost no more than text, and later ones are answered again",
    async (_name, question, answer) => {
      const output = new ScreenOutput(workers);
      await output.print(question);
      await expect.poll(() => output.answers, { timeout: PATIENCE_MS }).toBe(answer);
      await output.print(question.repeat(100_000));
      await output.print("end");
      expect(await output.text()).toContain("end");
      expect(output.answers.length).toBeLessThan(40_000);
      output.now += 10_000;
      output.answers = "";
      await output.print(question);
      await expect.poll(() => output.answers, { timeout: PATIENCE_MS }).toContain(answer.slice(0, 3));
    },
    PATIENCE_MS,
  );
});

describe("a screen in a thread", () => {
  it(
    "is the screen that all output makes, also where most of a flood is never parsed",
    async () => {
      const output = new ScreenOutput(workers);
      const begin = "\u001b[1;34mbefore\u001b[44m\r\n\u001b[2;5Hthere";
      const flood = lines(60_000);
      await output.print(begin);
      await output.print(flood);
      await output.print("漢字 last\r\n");
      expect(await output.text()).toBe(directly(begin, flood, "漢字 last\r\n"));
      expect(output.replay.end).toBeGreaterThan(1_500_000);
    },
    PATIENCE_MS,
  );

  it(
    "leaves nothing out where a program set a scroll region",
    async () => {
      const output = new ScreenOutput(workers);
      const begin = "top\r\n\u001b[3;10r\u001b[12;1H";
      await output.print(begin);
      await output.text();
      const flood = lines(60_000);
      for (let at = 0; at < flood.length; at += 200_000) {
        await output.print(flood.slice(at, at + 200_000));
        await output.text();
      }
      expect(await output.text()).toBe(directly(begin, flood));
    },
    PATIENCE_MS,
  );

  it(
    "takes sizes where they came in the output",
    async () => {
      const output = new ScreenOutput(workers);
      const long = "abcdefghij".repeat(20);
      await output.print(long);
      output.resize({ columns: 40, rows: 30 });
      await output.print(`\r\n${long}`);
      output.resize({ columns: 100, rows: 10 });
      const direct = directly(long, { columns: 40, rows: 30 }, `\r\n${long}`, { columns: 100, rows: 10 });
      expect(await output.text()).toBe(direct);
      expect((await output.screen.snapshot()).size).toMatchObject({ columns: 100, rows: 10 });
    },
    PATIENCE_MS,
  );

  it(
    "ends before a sequence that is not complete, and goes on with it",
    async () => {
      const output = new ScreenOutput(workers);
      await output.print("ab\u001b[3");
      const { bytes, position } = await output.screen.snapshot();
      expect([Buffer.from(bytes).toString(), position]).toEqual([directly("ab"), 2]);
      await output.print("1mred");
      expect(await output.text()).toBe(directly("ab\u001b[31mred"));
    },
    PATIENCE_MS,
  );

  it(
    "answers a question at once, and only once",
    async () => {
      const output = new ScreenOutput(workers);
      await output.print("abc\u001b[6n");
      await expect.poll(() => output.answers, { timeout: PATIENCE_MS }).toBe("\u001b[1;4R");
      await output.text();
      output.screen.lose(false);
      await output.text();
      expect(output.answers).toBe("\u001b[1;4R");
    },
    PATIENCE_MS,
  );
});

describe("the threads", () => {
  it("run before anybody wants a screen", async () => {
    await workers.close();
    const before = threads();
    start({ workers: 2 });
    await workers.started();
    const running = threads();
    expect(running).toBeGreaterThanOrEqual(before + 2);
    for (const output of [new ScreenOutput(workers), new ScreenOutput(workers)])
      expect(await output.text()).toBe(directly());
    expect(threads()).toBe(running);
  });

  it("are not called silent for what this thread has not read yet", async () => {
    await workers.close();
    start({ deadlineMs: 300 });
    await workers.started();
    const output = new ScreenOutput(workers);
    await output.print("there");
    const text = output.text();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    expect(await text).toBe(directly("there"));
    expect(replaced).toEqual([]);
  });
});

function threads(): number {
  return readdirSync("/proc/self/task").length;
}

describe("a worker whose memory is used up", () => {
  it(
    "is replaced: the screens go on, and the one that took too much begins anew",
    async () => {
      await workers.close();
      start({ heapMegabytes: 24 });
      const other = new ScreenOutput(workers);
      await other.print("of another learner\r\n");
      expect(await other.text()).toBe(directly("of another learner\r\n"));
      const greedy = new ScreenOutput(workers, { columns: 500, rows: 300 });
      const row = Array.from({ length: 500 }, (_, at) => `\u001b[58:2::${at % 256}:1:2;4:3mx\u0301`).join("");
      for (let at = 0; at < 1_000 && replaced.length === 0; at += 1) {
        await greedy.print(`${row}\r\n`);
        if (at % 20 === 0) await greedy.text();
      }
      expect(replaced[0]).toMatch(/memory|heap/i);
      expect(await other.text()).toBe(directly("of another learner\r\n"));
      await greedy.print("\u001bcgoes on");
      expect(await greedy.text()).toContain("goes on");
    },
    PATIENCE_MS,
  );
});

describe("a worker that does not answer", () => {
  it(
    "is replaced: the screen that stopped it begins anew, the others are as they were",
    async () => {
      await workers.close();
      const options = start();
      const others = Object.values(sequences)
        .slice(0, 20)
        .map(({ put }) => ({ output: new ScreenOutput(workers), put }));
      for (const { output, put } of others) await output.print(put);
      for (const { output, put } of others) expect(await output.text()).toBe(directly(put));
      const hostile = new ScreenOutput(workers, { columns: 500, rows: 300 });
      // No output is known that keeps a thread for longer than its turn: the worst there is must do, in a shorter time.
      options.deadlineMs = 10;
      options.onReplaced = (reason) => {
        replaced.push(reason);
        options.deadlineMs = PATIENCE_MS;
      };
      await hostile.print("\u001b#8".repeat(20_000));
      const text = await hostile.text();
      expect(text).toContain("could not be shown");
      expect(replaced[0]).toContain("did not answer in time");
      for (const { output, put } of others) expect(await output.text()).toBe(directly(put));
      await hostile.print("goes on");
      expect(await hostile.text()).toContain("goes on");
    },
    PATIENCE_MS,
  );
});

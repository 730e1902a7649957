import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScreenOutput, directly } from "./screen-output-for-tests.js";
import { ScreenWorkers } from "./screen-workers.js";

/** Time a thread needs to start from source on a busy machine, and for the worst that is printed here. */
const PATIENCE_MS = 180_000;
let workers: ScreenWorkers;
let replaced: string[];

beforeEach(async () => {
  replaced = [];
  workers = new ScreenWorkers({ workers: 1, onReplaced: (reason) => replaced.push(reason) });
  await workers.started();
});
afterEach(() => workers.close());

describe("a screen that takes the emulator long", () => {
  /** Each fills or empties the largest screen, by a few bytes. */
  it.each([
    ["filled", "\u001b#8"],
    ["exchanged", "\u001b[?47h\u001b[?47l"],
    ["emptied", "\u001b[2J"],
    ["scrolled", "\u001b[300L\u001b[300M"],
  ])(
    "is %s in turns with the others, and no thread is replaced for it",
    async (_name, sequence) => {
      const other = new ScreenOutput(workers);
      await other.print("of another learner\r\n");
      await other.text();
      const hostile = new ScreenOutput(workers, { columns: 500, rows: 300 });
      const ended: string[] = [];
      await hostile.print(sequence.repeat(Math.ceil(6_000 / sequence.length)));
      const slow = hostile.text().then(() => ended.push("hostile"));
      await other.print("goes on");
      const shown = await other.text();
      ended.push("other");
      await slow;
      expect(shown).toBe(directly("of another learner\r\ngoes on"));
      expect(ended).toEqual(["other", "hostile"]);
      expect(replaced).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    "is the screen that all of its output makes, with the sizes where they came",
    async () => {
      const output = new ScreenOutput(workers);
      const fills = "\u001b#8".repeat(1_000);
      const begin = `${fills}\u001b[2J\u001b[Hbefore `;
      const end = `${fills}\u001b[2Jafter\u001b[6n`;
      const large = { columns: 500, rows: 300 };
      await output.print(begin);
      output.resize(large);
      await output.print(end);
      expect(await output.text()).toBe(directly(begin, large, end));
      expect(output.answers).toBe("\u001b[1;6R");
      expect(replaced).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    "is forgotten in the middle of it",
    async () => {
      const hostile = new ScreenOutput(workers, { columns: 500, rows: 300 });
      await hostile.print("\u001b#8".repeat(2_000));
      const text = hostile.text();
      hostile.screen.dispose();
      await expect(text).rejects.toThrow("closed");
      const other = new ScreenOutput(workers);
      await other.print("there");
      expect(await other.text()).toBe(directly("there"));
    },
    PATIENCE_MS,
  );
});

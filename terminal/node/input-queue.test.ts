import { expect, it } from "vitest";
import { InputQueue } from "./input-queue.js";

const MIB = 1024 * 1024;

it("a key costs what a key costs, however much waits before it", async () => {
  let isReading = false;
  let seen = "";
  const queue = new InputQueue({
    write: (piece) => (seen += piece.toString()),
    isDrained: () => isReading,
    isReadByShell: () => false,
  });
  queue.begin();
  queue.write("x".repeat(1.5 * MIB));
  const before = process.cpuUsage();
  for (let key = 0; key < 20_000; key += 1) queue.write("ü");
  const { user, system } = process.cpuUsage(before);
  // Copying what waits for every key takes the processor more than ten seconds.
  expect(user + system).toBeLessThan(1_000_000);
  isReading = true;
  await expect.poll(() => seen.length).toBeGreaterThan(1.5 * MIB);
  queue.close();
  expect(seen.slice(0, 1.5 * MIB)).toBe("x".repeat(1.5 * MIB));
});

it("nothing is written before the shell begins, and a Ctrl-C then drops what was typed before it", () => {
  let seen = "";
  const queue = new InputQueue({
    write: (piece) => (seen += piece.toString()),
    isDrained: () => true,
    isReadByShell: () => false,
  });
  queue.write("typed too early");
  queue.write("\u0003date\r");
  queue.write("\u0003who\r");
  expect(seen).toBe("");
  queue.begin();
  expect(seen).toBe("who\r");
  queue.write("\u0003");
  expect(seen).toBe("who\r\u0003");
  queue.close();
});

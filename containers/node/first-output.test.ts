import { expect, it } from "vitest";
import { FirstOutput } from "./first-output.js";

it("keeps what was written in its order, once", () => {
  const output = new FirstOutput();
  for (const letter of "one ") output.append("stdout", Buffer.from(letter));
  output.append("stderr", Buffer.from("two"));
  output.append("stdout", Buffer.from(" three"));
  const taken = output.take().map(({ stream, bytes }) => `${stream}: ${bytes.toString()}`);
  expect(taken).toEqual(["stdout: one ", "stderr: two", "stdout:  three"]);
  output.append("stdout", Buffer.from("later"));
  expect(output.take()).toEqual([]);
});

it("lets the oldest go beyond some screens of text, in few pieces", () => {
  const output = new FirstOutput();
  for (let at = 0; at < 100_000; at += 1) output.append("stdout", Buffer.from(at % 10 === 9 ? "\n" : "x"));
  const pieces = output.take();
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
  expect(bytes).toBeGreaterThan(56 * 1024);
  expect(bytes).toBeLessThanOrEqual(64 * 1024);
  expect(pieces.length).toBeLessThan(20);
});

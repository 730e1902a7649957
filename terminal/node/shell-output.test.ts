import { spawn, type IPty } from "node-pty";
import { afterEach, expect, test } from "vitest";
import { onShellOutput } from "./shell-output.js";

const LINES = 60_000;
const DEADLINE_MS = 60_000;
/** Whatever sizes the pieces have, this text is what the shell printed. */
const printed = `${Array.from({ length: LINES }, (_, index) => String(index + 1)).join("\r\n")}\r\n`;

let pty: IPty | undefined;

afterEach(() => pty?.kill("SIGKILL"));

/** The pieces of a flood, and after each what `seen` does; the shell stays until the last has come. */
function readFlood(seen: (piece: Buffer, pty: IPty, count: number) => void): Promise<Buffer[]> {
  const shell = spawn("/bin/sh", ["-c", `seq ${LINES}; exec sleep 600`], {
    encoding: null,
    env: { PATH: process.env["PATH"] },
  });
  pty = shell;
  const pieces: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    onShellOutput(shell, (piece) => {
      bytes += piece.length;
      seen(piece, shell, pieces.push(piece));
      if (bytes >= printed.length) resolve(pieces);
    });
  });
}

test(
  "a flood arrives whole, in order, and in pieces of at most 64 KiB",
  { timeout: DEADLINE_MS },
  async () => {
    const pieces = await readFlood(() => undefined);
    expect(Buffer.concat(pieces).toString()).toBe(printed);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
  },
);

test("a shell that is held again and again loses and swaps nothing", { timeout: DEADLINE_MS }, async () => {
  const pieces = await readFlood((_piece, shell, count) => {
    shell.pause();
    setTimeout(() => shell.resume(), count % 3);
  });
  expect(Buffer.concat(pieces).toString()).toBe(printed);
});

test("a piece stays as it was when the next one comes", { timeout: DEADLINE_MS }, async () => {
  const copies: string[] = [];
  const pieces = await readFlood((piece) => copies.push(piece.toString("latin1")));
  expect(pieces.map((piece) => piece.toString("latin1"))).toEqual(copies);
});

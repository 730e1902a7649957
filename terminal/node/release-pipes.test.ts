import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { afterEach, expect, it } from "vitest";
import { type ReleaseOptions, releaseQuietPipes } from "./release-pipes.js";

/** More than the silence after which a program is taken to have said all, several times over. */
const LONG_SILENCE_MS = 3000;
const left: number[] = [];

afterEach(() => {
  for (const pid of left.splice(0)) if (isRunning(pid)) process.kill(pid, "SIGKILL");
});

/** More than is read at twice, and no more than a pipe holds besides what is read at once. */
const WRITTEN_BYTES = 150_000;
/** It ends with its input, by which time some of what it wrote is not read. */
const WRITES_MUCH = `head -c ${WRITTEN_BYTES} /dev/zero; read line`;
/** A program that ends at once, and leaves another one that holds its pipes, whose number it tells. */
const LEAVES_ANOTHER = "sleep 1000 & echo $!";

interface Watched {
  child: ChildProcessByStdio<Writable, Socket, Socket>;
  closed: Promise<unknown>;
}

function run(line: string, options: ReleaseOptions): Watched {
  const child = spawn("sh", ["-c", line], { stdio: "pipe" }) as Watched["child"];
  child.stdin.on("error", () => undefined);
  child.once("exit", () => releaseQuietPipes(child, options));
  return { child, closed: once(child, "close") };
}

/** What it says, piece by piece; the first line is the number of what is left behind. */
function gather({ child }: Watched): () => string {
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stdout.once("data", () => left.push(Number.parseInt(said, 10)));
  child.stderr.resume();
  return () => said;
}

it("whoever was left behind with the pipes does not keep a program from having ended", async () => {
  const program = run(LEAVES_ANOTHER, { unreadMs: 60_000 });
  gather(program);
  await program.closed;
  expect(left).toHaveLength(1);
});

it("somebody who reads nothing for a while gets the rest all the same", async () => {
  const program = run(WRITES_MUCH, { unreadMs: 60_000 });
  const { stdin, stdout, stderr } = program.child;
  stderr.resume();
  let bytes = 0;
  stdout.on("data", (piece: Buffer) => {
    bytes += piece.length;
    stdout.pause();
    stdin.end();
    setTimeout(() => stdout.resume(), LONG_SILENCE_MS);
  });
  await program.closed;
  expect(bytes).toBe(WRITTEN_BYTES);
});

it("what nobody ever reads is given up", async () => {
  const program = run(WRITES_MUCH, { unreadMs: 1000 });
  const { stdin, stdout, stderr } = program.child;
  stderr.resume();
  let bytes = 0;
  stdout.on("data", (piece: Buffer) => {
    bytes += piece.length;
    stdout.pause();
    stdin.end();
  });
  await program.closed;
  expect(bytes).toBeLessThan(WRITTEN_BYTES);
});

it("what came while this process was held up is read before the pipe is let go of", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-pipes-"));
  const way = join(folder, "way");
  execFileSync("mkfifo", [way]);
  let looks = 0;
  const onLook = (): void => {
    looks += 1;
    if (looks !== 1) return;
    // By the end of it the time of the next look is over, and nothing of what has come is read yet.
    setImmediate(() => {
      writeFileSync(way, "late");
      do Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
      while (isRunning(left[0] ?? 0));
    });
  };
  const program = run(`cat "${way}" & echo $!`, { unreadMs: 60_000, onLook });
  const said = gather(program);
  await program.closed;
  rmSync(folder, { recursive: true });
  expect(said()).toMatch(/\nlate$/);
});

/** Whether it has not come to its end, also where nobody has asked for its status. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

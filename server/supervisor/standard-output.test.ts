import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { builtFile } from "../config.js";
import { DroppingStream } from "./standard-output.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-output-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const preload = builtFile("server/supervisor/end-with-owner.js");
const log = builtFile("server/log.js");

it("tells how much was lost as soon as a line can be written again", () => {
  const written: string[] = [];
  let isFull = false;
  const stream = new DroppingStream(
    (chunk) => {
      if (isFull) throw new Error("ENOSPC: no space left on device");
      written.push(chunk.toString());
    },
    ({ lines, bytes, reason }) => `${String(lines)} lines, ${String(bytes)} bytes: ${reason}`,
  );
  stream.write("one\n");
  isFull = true;
  stream.write("two\n");
  stream.write("three\nfour\n");
  isFull = false;
  stream.write("five\n");
  expect(written).toEqual(["one\n", "\n3 lines, 15 bytes: ENOSPC: no space left on device\n", "five\n"]);
});

it("a process whose log file may not grow goes on, and says what is missing once it may again", async () => {
  const file = join(folder, "server.log");
  const script = `
    import { truncateSync } from "node:fs";
    const { createLog } = await import(process.argv[1]);
    const log = createLog("info");
    for (let line = 0; line < 1000; line += 1) log.info({ line, text: "x".repeat(100) }, "written");
    truncateSync(process.argv[2]);
    log.info("room again");
    process.exit(7);
  `;
  // Files of at most 16 blocks of 1024 bytes: the same refusal to write as a full disk gives.
  const command = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@" >>"$FILE" 2>&1`;
  const words = ["--import", preload, "--input-type=module", "--eval", script, log, file];
  const ended = await statusOf(
    spawn("bash", ["-c", command, process.execPath, ...words], { env: { ...process.env, FILE: file } }),
  );
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(ended).toBe(7);
  expect(lines[0]).toMatch(/"msg":"\d+ log lines \(\d+ bytes\) were lost: EFBIG/);
  expect(lines[1]).toContain("room again");
});

it("a process whose reader has stopped goes on", async () => {
  const script = `
    const { createLog } = await import(process.argv[1]);
    const log = createLog("info");
    for (let line = 0; line < 30_000; line += 1) log.info({ line, text: "x".repeat(100) }, "written");
    process.exit(7);
  `;
  const words = ["--import", preload, "--input-type=module", "--eval", script, log];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  expect(await statusOf(child)).toBe(7);
});

function statusOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", resolve));
}

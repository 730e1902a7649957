import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionHost } from "../common/session-host.js";
import { terminalErrorCodes } from "../common/errors.js";
import { HostProcesses, type StartedHost } from "./terminal-host-for-tests.js";

const session = "many-files";
/** Enough for the connection that asks, too few for the pipes of a program. */
const SPARE = 5;
const hosts = new HostProcesses();
let host: StartedHost;
let client: SessionHost;

beforeAll(async () => {
  host = await hosts.start();
  client = await hosts.connect();
  await client.prepare(session, { files: [] });
  await client.exec(session, { argv: ["true"] });
});
afterAll(() => hosts.close());

it("a program for which the host may open no more files is told so in words, and the next one runs", async () => {
  expect(await client.shortage()).toBeUndefined();
  limitFiles(numberAfter(SPARE));
  expect(await client.shortage()).toMatch(/files.*ulimit -n/);
  const refused = client.exec(session, { argv: ["true"] });
  await expect(refused).rejects.toThrow(/did not start.*open files.*ulimit -n/);
  await expect(refused).rejects.toMatchObject({ code: terminalErrorCodes.spawnFailed });
  limitFiles(4_096);
  expect(await client.shortage()).toBeUndefined();
  expect(await client.exec(session, { argv: ["true"] })).toMatchObject({ exitStatus: 0 });
  expect(host.error).toBe("");
});

/** The limit that leaves the host that many numbers of files. */
function numberAfter(spare: number): number {
  const used = new Set(readdirSync(`/proc/${String(host.child.pid)}/fd`).map(Number));
  let left = spare;
  let number = 0;
  for (; left > 0; number += 1) if (!used.has(number)) left -= 1;
  return number;
}

function limitFiles(most: number): void {
  execFileSync("prlimit", ["--pid", String(host.child.pid), `--nofile=${String(most)}:`]);
}

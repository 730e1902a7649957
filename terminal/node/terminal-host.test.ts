import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SessionHost } from "../common/session-host.js";
import { detectConfinement } from "./confinement.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { crowding } from "./crowding-for-tests.js";
import { dialUnixSocket } from "./dial-host.js";
import { openTestReader } from "./gateway-for-tests.js";
import { openShell } from "./test-host.js";

const isRoot = process.getuid?.() === 0;
const main = new URL("main.ts", import.meta.url).pathname;
const address = { session: "host-test", terminal: "1" };
const UID = 61_900;
let folder: string;
let started: ChildProcess[];
let clients: SessionHost[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "terminal-main-"));
  chmodSync(folder, 0o711);
  started = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.disconnect();
  for (const child of started.filter(
    ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
  )) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

function socketPath(): string {
  return join(folder, "run", "host.sock");
}

async function startMain(
  arguments_: string[] = [],
): Promise<{ child: ChildProcess; line: string; error: string; code: number | null }> {
  const options = [
    "--socket",
    socketPath(),
    "--data",
    join(folder, "data"),
    ...(isRoot ? [] : ["--allow-unconfined"]),
    ...arguments_,
  ];
  const child = spawn(process.execPath, ["--import", "tsx", main, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let line = "";
  let error = "";
  child.stdout?.on("data", (bytes: Buffer) => (line += bytes.toString()));
  child.stderr?.on("data", (bytes: Buffer) => (error += bytes.toString()));
  const exited = once(child, "exit");
  while (!line.includes("\n") && child.exitCode === null)
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 20))]);
  return { child, line, error, code: child.exitCode };
}

async function connectClient(): Promise<SessionHost> {
  const client = await connectTerminalHost({ dial: dialUnixSocket(socketPath()), reconnectMs: 25_000 });
  clients.push(client);
  return client;
}

describe("the terminal host process", () => {
  it("says how it confines and keeps its socket private", async () => {
    const { line } = await startMain();
    expect(JSON.parse(line)).toMatchObject({
      listening: true,
      confinement: { description: expect.any(String) },
    });
    expect(statSync(socketPath()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "run")).mode & 0o777).toBe(0o700);
  });

  it("refuses to start twice on one data folder or one socket, and says who is there", async () => {
    const first = await startMain();
    const second = await startMain();
    expect(second.code).toBe(1);
    expect(second.error).toContain(
      `TERMINAL_HOST_RUNNING: Another terminal host (process ${first.child.pid})`,
    );
    const third = await startMain(["--data", join(folder, "other")]);
    expect(third.error).toContain("TERMINAL_HOST_RUNNING: A terminal host already answers");
  });

  it("cleans up after a host that was killed", async () => {
    const first = await startMain();
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    expect(existsSync(socketPath())).toBe(true);
    const second = await startMain();
    expect(second.line).toContain("listening");
    expect(await (await connectClient()).terminals()).toEqual([]);
  });

  it("keeps shells and outcomes for clients that come later", async () => {
    await startMain();
    const first = await connectClient();
    await openShell(first, address);
    await first.run(address, { id: "set", text: "kept=17; echo $$" });
    const slow = first.run(address, { id: "slow", text: "sleep 1; echo $kept" });
    slow.catch(() => undefined);
    await first.disconnect();
    const second = await connectClient();
    expect(await second.outcome(address, "slow")).toBe("running");
    expect(await second.run(address, { id: "slow", text: "sleep 1; echo $kept" })).toMatchObject({
      status: "succeeded",
      output: "17\n",
    });
    expect(await second.outcome(address, "set")).toMatchObject({ status: "succeeded" });
  });

  it("ends every shell within a second of SIGTERM, also what left its group and ignores signals", async () => {
    const { child } = await startMain();
    const client = await connectClient();
    await openShell(client, address);
    const escape =
      "trap '' HUP TERM INT; (setsid bash -c \"trap '' HUP TERM; sleep 4711\" & ) ; nohup sleep 4712 >/dev/null 2>&1 & disown";
    expect(await client.run(address, { id: "escape", text: escape })).toMatchObject({
      status: "succeeded",
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sleepers()).toBe(2);
    const at = Date.now();
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(Date.now() - at).toBeLessThan(1_000 * crowding());
    expect(child.exitCode).toBe(0);
    expect(sleepers()).toBe(0);
    expect(existsSync(join(folder, "data", "terminal-host.lock"))).toBe(false);
  });

  it("lets a connected client find a restarted host, and rejects what the old one knew", async () => {
    const first = await startMain();
    const client = await connectClient();
    await openShell(client, address);
    const lost = client.run(address, { id: "x", text: "sleep 30" });
    const rejection = expect(lost).rejects.toMatchObject({ code: "TERMINAL_NOT_FOUND" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    await startMain();
    await rejection;
    expect(await openShell(client, address)).toMatchObject({ state: "running" });
  });

  it("shows what a lost shell showed last above the new one, and nothing of one that had ended", async () => {
    const first = await startMain();
    const client = await connectClient();
    await openShell(client, address);
    await client.run(address, { id: "1", text: "echo kept-$((40+2))" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const second = await startMain();
    await openShell(client, address);
    expect(await screen()).toMatch(/kept-42[^]*The shell above was lost/);
    await client.run(address, { id: "2", text: "exit" });
    second.child.kill("SIGKILL");
    await once(second.child, "exit");
    await startMain();
    await openShell(client, address);
    expect(await screen()).not.toContain("kept-42");
  });

  it("writes a recording that is an asciicast", async () => {
    await startMain();
    const client = await connectClient();
    await openShell(client, address);
    await client.run(address, { id: "1", text: "echo recorded" });
    const name = (await client.recordings(address.session))[0]?.name ?? "";
    const read = async (): Promise<string> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of client.recording(address.session, name)) pieces.push(piece);
      return Buffer.concat(pieces).toString("utf8");
    };
    // What was shown a moment ago is gathered before it is written.
    await expect.poll(read, { timeout: 10_000 }).toContain("recorded");
    const recording = await read();
    await client.close(address.session);
    expect(await client.terminals()).toEqual([]);
    expect(await client.recordings()).toEqual([]);
    const [header = "", ...events] = recording.trim().split("\n");
    expect(JSON.parse(header)).toMatchObject({ version: 2, width: 120, height: 32 });
    expect(events.map((event) => (JSON.parse(event) as [number, string, string])[2]).join("")).toContain(
      "recorded\r\n",
    );
  });
});

if (!isRoot) console.log("skipping the switch to an account without rights: it needs root to begin with");

describe.skipIf(!isRoot || detectConfinement().kind !== "account-and-bubblewrap")("without root", () => {
  it("boxes shells with bubblewrap, each with its own home only", async () => {
    const other = mkdtempSync(join(tmpdir(), "terminal-unprivileged-"));
    chownSync(other, UID, UID);
    const socket = join(other, "run", "host.sock");
    const confined = [
      "--reuid",
      String(UID),
      "--regid",
      String(UID),
      "--clear-groups",
      process.execPath,
      "--import",
      "tsx",
    ];
    const child = spawn(
      "/usr/bin/setpriv",
      [...confined, main, "--socket", socket, "--data", join(other, "data")],
      { env: { PATH: "/usr/bin:/bin", HOME: other } },
    );
    started.push(child);
    const client = await connectTerminalHost({ dial: dialUnixSocket(socket) });
    clients.push(client);
    for (const session of ["a", "b"])
      await client.prepare(session, { files: [{ path: "mine", content: `of ${session}` }] });
    expect((await client.open({ session: "a", terminal: "1" }, { env: {} })).confinement).toBe(
      `bubblewrap, uid ${UID}`,
    );
    await client.open({ session: "b", terminal: "1" }, { env: {} });
    const text = `cat ~/mine ${other}/data/sessions/a/home/mine; ps -e | wc -l`;
    const look = { id: "1", text };
    const { output } = await client.run({ session: "b", terminal: "1" }, look);
    expect(output).toContain("of b");
    expect(output).toContain("a/home/mine: No such file");
    rmSync(other, { recursive: true, force: true });
  });
});

describe("the socket", () => {
  it("drops garbage and huge announcements and goes on", async () => {
    await startMain();
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0, 0, 0, 2, 0, 0x7b, 0x7d]),
      Buffer.from([255, 255, 255, 255, 0]),
    ]) {
      const socket = connect(socketPath());
      socket.on("error", () => undefined);
      socket.write(bytes);
      await once(socket, "close");
    }
    const client = await connectClient();
    await expect(client.open({ session: "../evil", terminal: "1" }, { env: {} })).rejects.toMatchObject({
      code: "TERMINAL_FRAME_INVALID",
    });
    await expect(client.input(address, "x")).rejects.toMatchObject({ code: "TERMINAL_NOT_FOUND" });
  });

  it("does not take over a file that is not its own and says when nobody answers", async () => {
    mkdirSync(join(folder, "run"), { recursive: true, mode: 0o700 });
    writeFileSync(socketPath(), "left over");
    expect((await startMain()).line).toContain("listening");
    await expect(
      connectTerminalHost({ dial: dialUnixSocket(join(folder, "nobody.sock")), reconnectMs: 100 }),
    ).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
    const aborted = connectTerminalHost({
      dial: dialUnixSocket(join(folder, "nobody.sock")),
      signal: AbortSignal.timeout(50),
    });
    await expect(aborted).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });

  it("refuses calls once it was closed, instead of leaving them without an answer", async () => {
    await startMain();
    const client = await connectClient();
    await client.disconnect();
    await expect(client.terminals()).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });
});

async function screen(): Promise<string> {
  const { reader, leave } = await openTestReader(socketPath(), address);
  await leave();
  return reader.screens[0] ?? "";
}

/** How many of the test's two sleeps are alive, whoever their parent is. */
function sleepers(): number {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.filter((pid) => {
    try {
      const [program, seconds] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\u0000");
      return program === "sleep" && (seconds === "4711" || seconds === "4712");
    } catch {
      return false;
    }
  }).length;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detectConfinement } from "./confinement.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { crowdingBesideTests } from "./crowding-for-tests.js";
import { dialUnixSocket } from "./dial-host.js";
import { HostProcesses, hostProgram } from "./terminal-host-for-tests.js";
import { openShell } from "./test-host.js";

const isRoot = process.getuid?.() === 0;
const address = { session: "host-test", terminal: "1" };
const UID = 61_900;
let hosts: HostProcesses;

beforeEach(() => (hosts = new HostProcesses()));
afterEach(() => hosts.close());

describe("the terminal host process", () => {
  it("says how it confines and keeps its socket private", async () => {
    const { line } = await hosts.start();
    expect(JSON.parse(line)).toMatchObject({
      listening: true,
      confinement: { description: expect.any(String) },
    });
    expect(statSync(hosts.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(hosts.folder, "run")).mode & 0o777).toBe(0o700);
  });

  it("refuses to start twice on one data folder or one socket, and says who is there", async () => {
    const first = await hosts.start();
    const second = await hosts.start();
    expect(second.code).toBe(1);
    expect(second.error).toContain(
      `TERMINAL_HOST_RUNNING: Another terminal host (process ${first.child.pid})`,
    );
    const third = await hosts.start(["--data", join(hosts.folder, "other")]);
    expect(third.error).toContain("TERMINAL_HOST_RUNNING: A terminal host already answers");
  });

  it("keeps shells and outcomes for clients that come later", async () => {
    await hosts.start();
    const first = await hosts.connect();
    await openShell(first, address);
    await first.run(address, { id: "set", text: "kept=17; echo $$" });
    const slow = first.run(address, { id: "slow", text: "sleep 1; echo $kept" });
    slow.catch(() => undefined);
    await first.disconnect();
    const second = await hosts.connect();
    expect(await second.outcome(address, "slow")).toBe("running");
    expect(await second.run(address, { id: "slow", text: "sleep 1; echo $kept" })).toMatchObject({
      status: "succeeded",
      output: "17\n",
    });
    expect(await second.outcome(address, "set")).toMatchObject({ status: "succeeded" });
  });

  it("ends every shell within a second of SIGTERM, also what left its group and ignores signals", async () => {
    const { child } = await hosts.start();
    const client = await hosts.connect();
    await openShell(client, address);
    const escape =
      "trap '' HUP TERM INT; (setsid bash -c \"trap '' HUP TERM; sleep 4711\" & ) ; nohup sleep 4712 >/dev/null 2>&1 & disown";
    expect(await client.run(address, { id: "escape", text: escape })).toMatchObject({
      status: "succeeded",
    });
    await expect.poll(sleepers).toBe(2);
    const at = Date.now();
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(Date.now() - at).toBeLessThan(1_000 * crowdingBesideTests());
    expect(child.exitCode).toBe(0);
    expect(sleepers()).toBe(0);
    expect(existsSync(join(hosts.folder, "data", "terminal-host.lock"))).toBe(false);
  });

  it("finds the learner's own programs, those that come later too, before the machine's", async () => {
    await hosts.start();
    const client = await hosts.connect();
    for (const program of ["bash", "zsh"]) {
      const terminal = { session: address.session, terminal: program };
      await openShell(client, terminal, { SHELL: `/bin/${program}` });
      const text = `mkdir -p ~/bin ~/.local/bin; printf '#!/bin/sh\\necho own\\n' >~/bin/lab-${program}; cp ~/bin/lab-${program} ~/.local/bin/ls; chmod 755 ~/bin/* ~/.local/bin/*`;
      await client.run(terminal, { id: `make-${program}`, text });
      const outcome = await client.run(terminal, { id: `call-${program}`, text: `lab-${program}; ls` });
      expect(outcome).toMatchObject({ output: "own\nown\n" });
    }
    const { stdout } = await client.exec(address.session, { argv: ["sh", "-c", "echo $PATH"] });
    // What judges a learner's work is not theirs to replace.
    expect(String(Buffer.from(stdout))).not.toContain(".local");
  });

  it("gives learners their terminal, which programs open by the names of input and output", async () => {
    await hosts.start();
    const client = await hosts.connect();
    await openShell(client, address, {});
    const text =
      "echo one >/dev/stdout; echo two >/dev/stderr; echo three | tee /dev/stderr; : </dev/stdin && echo four";
    const outcome = await client.run(address, { id: "by-name", text });
    expect(outcome).toMatchObject({ status: "succeeded", output: "one\ntwo\nthree\nthree\nfour\n" });
  });

  it("writes a recording that is an asciicast", async () => {
    await hosts.start();
    const client = await hosts.connect();
    await openShell(client, address);
    await client.run(address, { id: "1", text: "echo recorded" });
    const name = (await client.recordings(address.session))[0]?.name ?? "";
    const read = async (): Promise<unknown[]> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of client.recording(address.session, name)) pieces.push(piece);
      const lines = Buffer.concat(pieces).toString("utf8").trim().split("\n");
      return lines.map((line) => JSON.parse(line) as unknown);
    };
    const eventsOf = async (kind: string): Promise<string> =>
      ((await read()).slice(1) as [number, string, string][])
        .filter((event) => event[1] === kind)
        .map((event) => event[2])
        .join("");
    // What was shown a moment ago is gathered before it is written.
    await expect.poll(() => eventsOf("o")).toContain("recorded\r\n");
    expect(await eventsOf("m")).toContain("step: echo recorded");
    expect((await read())[0]).toMatchObject({ version: 2, width: 120, height: 32 });
    await client.close(address.session);
    expect(await client.terminals()).toEqual([]);
    expect(await client.recordings()).toEqual([]);
  });
});

if (!isRoot) console.log("skipping the switch to an account without rights: it needs root to begin with");

describe.skipIf(!isRoot || detectConfinement().kind !== "account-and-bubblewrap")("without root", () => {
  it("boxes shells with bubblewrap, each with its own home only", async () => {
    const other = mkdtempSync(join(tmpdir(), "terminal-unprivileged-"));
    chownSync(other, UID, UID);
    const socket = join(other, "run", "host.sock");
    const confined = ["--reuid", String(UID), "--regid", String(UID), "--clear-groups", process.execPath];
    const child = spawn(
      "/usr/bin/setpriv",
      [...confined, hostProgram, "--socket", socket, "--data", join(other, "data")],
      { env: { PATH: "/usr/bin:/bin", HOME: other } },
    );
    hosts.keep(child);
    const client = await hosts.connect(socket);
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
    const outside = join(other, "outside");
    mkdirSync(outside);
    chownSync(outside, UID, UID);
    symlinkSync(outside, join(other, "data/sessions/a/home/linked"));
    const beyond = { path: "linked/config", content: "of the host" };
    await expect(client.write("a", beyond)).rejects.toMatchObject({ code: "TERMINAL_FILE_UNUSABLE" });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(other, { recursive: true, force: true });
  });
});

describe("the socket", () => {
  it("drops garbage and huge announcements and goes on", async () => {
    await hosts.start();
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0, 0, 0, 2, 0, 0x7b, 0x7d]),
      Buffer.from([255, 255, 255, 255, 0]),
    ]) {
      const socket = connect(hosts.socketPath);
      socket.on("error", () => undefined);
      socket.write(bytes);
      await once(socket, "close");
    }
    const client = await hosts.connect();
    await expect(client.open({ session: "../evil", terminal: "1" }, { env: {} })).rejects.toMatchObject({
      code: "TERMINAL_FRAME_INVALID",
    });
    await expect(client.input(address, "x")).rejects.toMatchObject({ code: "TERMINAL_NOT_FOUND" });
  });

  it("does not take over a file that is not its own and says when nobody answers", async () => {
    mkdirSync(join(hosts.folder, "run"), { recursive: true, mode: 0o700 });
    writeFileSync(hosts.socketPath, "left over");
    expect((await hosts.start()).line).toContain("listening");
    await expect(
      connectTerminalHost({ dial: dialUnixSocket(join(hosts.folder, "nobody.sock")), reconnectMs: 100 }),
    ).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
    const aborted = connectTerminalHost({
      dial: dialUnixSocket(join(hosts.folder, "nobody.sock")),
      signal: AbortSignal.timeout(50),
    });
    await expect(aborted).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });

  it("refuses calls once it was closed, instead of leaving them without an answer", async () => {
    await hosts.start();
    const client = await hosts.connect();
    await client.disconnect();
    await expect(client.terminals()).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });
});

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

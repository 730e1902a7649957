import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect as connectTcp, createServer } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { type KeyPair, issueCertificate, makeAuthority } from "./certificates.js";
import { dialTls, tcpTransport } from "./dial-tls.js";
import { HOST_ENVIRONMENT, HOST_NODE_OPTIONS } from "./host-command.js";
import { hostNameOf } from "./host-name.js";

const HOUR_MS = 3_600_000;
/** An account nobody has: a pod runs under an ordinary user. */
const UID = 2_345_678;
const MAIN = fileURLToPath(new URL("../../dist/terminal/node/main.js", import.meta.url));
const SESSION = "pod-1";
const MIB = 1024 * 1024;
/** The kernel's word for a connection that is open. */
const ESTABLISHED = "01";

let folder: string;
let authority: KeyPair;
let server: KeyPair;
let host: ChildProcess;
let port: number;
let client: SessionHost;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pod-host-"));
  for (const name of ["home", "tmp", "data", "tls"]) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(join(folder, name), UID, UID);
  }
  if (process.getuid?.() === 0) chownSync(folder, UID, UID);
  authority = await makeAuthority(HOUR_MS, Date.now());
  server = await issue("lectern-server", "client");
  await writeCertificate(authority);
  port = await freePort();
  host = startHost([]);
  await listening(host);
  client = await connectTerminalHost({ dial: () => dial(server) });
  await client.prepare(SESSION, { files: [{ path: "notes/a.txt", content: "for the learner" }] });
});

afterAll(async () => {
  await client?.disconnect();
  if (host && host.exitCode === null && host.signalCode === null) {
    host.kill("SIGTERM");
    await once(host, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

function issue(
  subject: string,
  usage: "client" | "host",
  by = authority,
  now = Date.now(),
): Promise<KeyPair> {
  const name = usage === "host" ? { name: hostNameOf(subject) } : {};
  return issueCertificate(by, { subject, usage, lifetimeMs: HOUR_MS, ...name }, now);
}

async function writeCertificate(by: KeyPair, trusted = by.cert): Promise<void> {
  const { cert, key } = await issue(SESSION, "host", by);
  writeFileSync(join(folder, "tls/tls.crt"), cert);
  writeFileSync(join(folder, "tls/tls.key"), key);
  writeFileSync(join(folder, "tls/ca.crt"), trusted);
}

function startHost(more: string[]): ChildProcess {
  const files = [
    "--tls-cert",
    at("tls/tls.crt"),
    "--tls-key",
    at("tls/tls.key"),
    "--tls-ca",
    at("tls/ca.crt"),
  ];
  const places = ["--session", SESSION, "--home", at("home"), "--tmp", at("tmp"), "--data", at("data")];
  const account = process.getuid?.() === 0 ? { uid: UID, gid: UID } : {};
  return spawn(
    process.execPath,
    [...HOST_NODE_OPTIONS, MAIN, "--listen", `127.0.0.1:${port}`, ...files, ...places, ...more],
    {
      ...account,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", ...HOST_ENVIRONMENT },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

function at(name: string): string {
  return join(folder, name);
}

async function listening(process_: ChildProcess): Promise<void> {
  let said = "";
  process_.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const [line] = (await Promise.race([
    once(process_.stdout as NodeJS.ReadableStream, "data"),
    once(process_, "exit").then(() => Promise.reject(new Error(said))),
  ])) as [Buffer];
  expect(JSON.parse(line.toString())).toMatchObject({ listening: true });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return free;
}

/** The timers of the connections to the host, at both ends, as the kernel tells of them (proc(5), /proc/net/tcp). */
function timersOfConnections(): string[] {
  const [, ...lines] = readFileSync("/proc/net/tcp", "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const [, local = "", remote = "", state = "", , timer = ""] = line.trim().split(/\s+/);
    const isOurs = [local, remote].some((end) => Number.parseInt(end.slice(-4), 16) === port);
    return isOurs && state === ESTABLISHED ? [timer.slice(0, 2)] : [];
  });
}

function dial(identity: KeyPair, session = SESSION) {
  return dialTls(session, tcpTransport("127.0.0.1", port), { ...identity, ca: authority.cert });
}

/** Whether the host answers a call of somebody with this certificate, or none. */
async function isAnswered(identity: Partial<KeyPair>): Promise<boolean> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    ca: authority.cert,
    servername: hostNameOf(SESSION),
    ...identity,
  });
  socket.on("error", () => undefined);
  const call = Buffer.from(JSON.stringify({ type: "control" }));
  const question = Buffer.from(JSON.stringify({ call: 1, method: "sessions" }));
  for (const body of [call, question]) {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(body.length, 0);
    socket.write(Buffer.concat([header, body]));
  }
  const answer = await Promise.race([
    once(socket, "data").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}

describe("a terminal host that has a pod to itself", () => {
  it("serves the holder of the server's certificate: shell, verdict, files, programs, ports, recordings", async () => {
    const address = { session: SESSION, terminal: "1" };
    const info = await client.open(address, { env: {} });
    expect(info.confinement).toMatch(/a container of its own, uid \d+/);
    const outcome = await client.run(address, { id: "a", text: "cat notes/a.txt; (exit 3)" });
    expect(outcome).toMatchObject({ status: "failed", exitStatus: 3, output: "for the learner" });
    const flood = await client.run(address, {
      id: "flood",
      text: "seq 200000 | tail -c 1000000 | wc -c; seq 60000",
    });
    expect(flood).toMatchObject({ status: "succeeded", outputTruncated: true });
    expect(flood.output.trimEnd().endsWith("60000")).toBe(true);
    expect(Buffer.from(await client.read(SESSION, "notes/a.txt")).toString()).toBe("for the learner");
    await client.write(SESSION, { path: "deep/b.txt", content: "b" });
    expect((await client.list(SESSION, "deep")).entries.map(({ name }) => name)).toEqual(["b.txt"]);
    const said = await client.exec(SESSION, { argv: ["bash", "-c", "id -u; pwd; echo $HOME"] });
    const uid = process.getuid?.() === 0 ? UID : process.getuid?.();
    expect(Buffer.from(said.stdout).toString()).toBe(`${uid}\n${folder}/home\n${folder}/home\n`);
    expect((await client.recordings(SESSION)).length).toBe(1);
    await expect(client.dial(SESSION, 1)).rejects.toMatchObject({ code: "TERMINAL_PORT_REFUSED" });
  });

  it("has no other session", async () => {
    await expect(client.prepare("pod-2", { files: [] })).rejects.toMatchObject({
      code: "TERMINAL_SESSION_UNKNOWN",
    });
    await expect(client.open({ session: "pod-2", terminal: "1" }, { env: {} })).rejects.toMatchObject({
      code: "TERMINAL_SESSION_UNKNOWN",
    });
  });

  it("says what holds, and that a network policy cannot be seen from inside", async () => {
    const { measures } = await client.confinement();
    const of = (subject: string) => measures.find((measure) => measure.subject === subject);
    expect(of("network")).toMatchObject({ holds: false });
    // The test's host has no container around it, and says so.
    expect(of("kernel")?.holds).toBe(/^Seccomp:\s*2$/m.test(readFileSync("/proc/self/status", "utf8")));
    expect(of("processes")).toMatchObject({ holds: true });
  });

  it("refuses whoever has no certificate, another authority's, an expired one, or that of a session", async () => {
    expect(await isAnswered(server)).toBe(true);
    expect(await isAnswered({})).toBe(false);
    const foreign = await makeAuthority(HOUR_MS, Date.now());
    expect(await isAnswered(await issue("lectern-server", "client", foreign))).toBe(false);
    const before = Date.now() - 2 * HOUR_MS;
    expect(await isAnswered(await issue("lectern-server", "client", authority, before))).toBe(false);
    expect(await isAnswered(await issue("pod-2", "host"))).toBe(false);
    expect(await isAnswered(await issue("lectern-server", "host"))).toBe(false);
    expect(await isAnswered(await issue("somebody", "client"))).toBe(false);
  });

  it("answers nothing to whoever speaks no TLS", async () => {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write('\0\0\0\u0012\0{"type":"control"}');
    let said = "";
    socket.on("data", (bytes: Buffer) => (said += bytes.toString("latin1")));
    await once(socket, "close");
    expect(said).not.toContain("{");
  });

  it("and its server have the kernel ask whether the other is still there", async () => {
    // Of timers, 2 is that of keep-alive; one that is sending has another.
    await expect.poll(timersOfConnections, { timeout: 20_000 }).toEqual(["02", "02"]);
  });

  it("is not taken for another session's host", async () => {
    await expect(dial(server, "pod-2")).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });

  it("takes less than 50 MB of its own after floods, its shell aside", async () => {
    const flood = ["bash", "-c", "head -c 12582912 /dev/zero"];
    const out = await client.exec(SESSION, { argv: flood, outputBytes: 16 * MIB, timeoutMs: 60_000 });
    expect(out.stdout.length).toBe(12 * MIB);
    const input = new Uint8Array(8 * MIB);
    const counted = await client.exec(SESSION, { argv: ["wc", "-c"], stdin: input, timeoutMs: 60_000 });
    expect(Buffer.from(counted.stdout).toString().trim()).toBe(String(8 * MIB));
    await client.run({ session: SESSION, terminal: "1" }, { id: "long flood", text: "seq 1000000" });
    // What it maps of files is the same for every host on a node, and goes where memory is short.
    const status = readFileSync(`/proc/${host.pid}/status`, "utf8");
    const kilobytes = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
    expect(kilobytes / 1024).toBeLessThan(50);
  });

  it("takes a renewed certificate and authority without a restart", async () => {
    const next = await makeAuthority(HOUR_MS, Date.now());
    await writeCertificate(next, authority.cert + next.cert);
    const identity = { ...(await issue("lectern-server", "client", next)), ca: next.cert };
    const reached = () =>
      dialTls(SESSION, tcpTransport("127.0.0.1", port), identity).then((socket) => socket.destroy());
    await expect
      .poll(
        () =>
          reached().then(
            () => true,
            () => false,
          ),
        { timeout: 28_000 },
      )
      .toBe(true);
    expect((await client.terminals(SESSION)).length).toBe(1);
  });

  it("does not start as root", async () => {
    if (process.getuid?.() !== 0) return console.warn("not root: nothing to refuse");
    const places = ["--session", "x", "--home", folder, "--tmp", folder, "--data", join(folder, "root")];
    const files = ["--tls-cert", "x", "--tls-key", "x", "--tls-ca", "x"];
    const child = spawn(process.execPath, [MAIN, "--listen", "127.0.0.1:0", ...files, ...places]);
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
    const [status] = (await once(child, "exit")) as [number];
    expect([status, said.includes("TERMINAL_USAGE")]).toEqual([1, true]);
  });
});

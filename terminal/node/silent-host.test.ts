import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { type Socket, connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SessionHost, TerminalEvent } from "../common/session-host.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { dialUnixSocket } from "./dial-host.js";
import type { ConnectOptions } from "./host-connection.js";
import { type TestHost, startTestHost } from "./test-host.js";

const address = { session: "silent", terminal: "1" };
/** Long enough for a busy machine to beat in, short enough to wait for. */
const BEAT_MS = 500;
const PATIENCE = { timeout: 60_000 };
let host: TestHost;
let way: Way;
let client: SessionHost;

beforeEach(async () => {
  host = await startTestHost({ beatMs: BEAT_MS });
  way = await openWay(host.socketPath);
});
afterEach(async () => {
  await client?.disconnect();
  way.close();
  await host.close();
});

it("a connection that has become silent is given up for another, and what was asked on it is answered", async () => {
  await connectBy({ lookMs: 50 });
  way.silence();
  expect(await client.sessions()).toEqual([]);
});

it("a program whose connection has become silent is given up on this side, and ended on the other", async () => {
  await connectBy({ lookMs: BEAT_MS });
  await host.open(address);
  const asked = { argv: ["sleep", "4716"], timeoutMs: 600_000 };
  const running = client.exec(address.session, asked);
  await expect.poll(() => isRunning("4716"), PATIENCE).toBe(true);
  // It says nothing, and that alone is no silence.
  await wait(6 * BEAT_MS);
  expect(isRunning("4716")).toBe(true);
  way.silence();
  await expect(running).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  await expect.poll(() => isRunning("4716"), PATIENCE).toBe(false);
});

it("a program goes on whose host says nothing of its life, as earlier ones do", async () => {
  const silent = await startTestHost();
  const ours = await connectTerminalHost({ dial: dialUnixSocket(silent.socketPath), lookMs: 50 });
  try {
    await ours.prepare("older", { files: [] });
    const request = { argv: ["sh", "-c", "sleep 1; echo done"], timeoutMs: 60_000 };
    const { stdout } = await ours.exec("older", request);
    expect(Buffer.from(stdout).toString()).toBe("done\n");
  } finally {
    await ours.disconnect();
    await silent.close();
  }
});

it("what happens is heard again after a silence in which nobody asked for anything", async () => {
  const events = await connectBy({ lookMs: 50 });
  way.silence();
  await expect.poll(() => way.made, PATIENCE).toBeGreaterThan(1);
  await host.open(address);
  await expect.poll(() => events.map(({ type }) => type), PATIENCE).toContain("terminal-opened");
});

it("what happens is heard again after a host was away for longer than calls wait", async () => {
  const events = await connectBy({ reconnectMs: 50 });
  way.shut();
  await expect(client.sessions()).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  const { made } = way;
  way.open();
  await expect.poll(() => way.made, PATIENCE).toBeGreaterThan(made);
  await host.open(address);
  await expect.poll(() => events.map(({ type }) => type), PATIENCE).toContain("terminal-opened");
});

it("what happened while a host was away is told in its order and once, and commands that ended have their verdict", async () => {
  const events = await connectBy({ reconnectMs: 120_000 });
  await host.open(address);
  const waiting = { id: "waits", text: "until [ -e go ]; do sleep 0.05; done" };
  const runs = Promise.all(
    [waiting, { id: "next", text: "false" }].map((command) => client.run(address, command)),
  );
  await expect.poll(() => begun(events), PATIENCE).toEqual(["waits"]);
  way.shut();
  await host.client.write(address.session, { path: "go", content: "" });
  await expect.poll(() => host.client.outcome(address, "next"), PATIENCE).toMatchObject({ exitStatus: 1 });
  await host.client.endShell(address);
  await expect
    .poll(async () => (await host.client.terminals()).map(({ state }) => state), PATIENCE)
    .toEqual(["exited"]);
  way.open();
  const ofShells = () => events.filter(({ type }) => type.startsWith("terminal-")).map(({ type }) => type);
  await expect.poll(ofShells, PATIENCE).toEqual(["terminal-opened", "terminal-exited"]);
  expect(begun(events)).toEqual(["waits", "next"]);
  expect((await runs).map(({ status }) => status)).toEqual(["succeeded", "failed"]);
});

/** Whether a `sleep` of that many seconds is alive, whoever its parent is. */
function isRunning(seconds: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8") === `sleep\0${seconds}\0`;
    } catch {
      return false;
    }
  });
}

function begun(events: readonly TerminalEvent[]): string[] {
  return events.flatMap((event) => (event.type === "command-started" ? [event.id] : []));
}

async function connectBy(options: Partial<ConnectOptions>): Promise<TerminalEvent[]> {
  const events: TerminalEvent[] = [];
  client = await connectTerminalHost({ dial: way.dial, ...options });
  client.onEvent((event) => events.push(event));
  // Answered, so that the host has taken the connection.
  await client.sessions();
  return events;
}

interface Way extends Pick<ConnectOptions, "dial"> {
  /** Connections that have been made. */
  readonly made: number;
  /** Carries nothing more on what is open, as a network that has lost its node; new connections are good. */
  silence: () => void;
  /** Breaks what is open, and takes no new ones until `open`. */
  shut: () => void;
  open: () => void;
  close: () => void;
}

/** Stands between a client and a host. */
async function openWay(socketPath: string): Promise<Way> {
  const ends = new Set<Socket>();
  let [made, isShut] = [0, false];
  const server = createServer((near) => {
    if (isShut) return void near.destroy();
    made += 1;
    const far = connect(socketPath);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      one.pipe(other);
      one.on("error", () => one.destroy()).on("close", () => other.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const shut = (): void => {
    isShut = true;
    for (const end of ends) end.destroy();
  };
  return {
    dial: async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      return socket;
    },
    get made() {
      return made;
    },
    silence: () => {
      for (const end of ends) end.unpipe();
    },
    shut,
    open: () => (isShut = false),
    close: () => {
      shut();
      server.close();
    },
  };
}

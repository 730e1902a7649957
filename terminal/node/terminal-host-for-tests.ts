import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionHost, TerminalAddress } from "../common/session-host.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { dialUnixSocket } from "./dial-host.js";
import { openTestReader } from "./gateway-for-tests.js";

/** The program of the terminal host, as it was built: compiling it anew for each process takes longer than most tests. */
export const hostProgram = new URL("../../dist/terminal/node/main.js", import.meta.url).pathname;

/** A started terminal host, its first line, what it complained of, and its status where it has ended. */
export interface StartedHost {
  child: ChildProcess;
  line: string;
  error: string;
  code: number | null;
}

/** Terminal hosts as processes of their own, which may be killed, with one folder and the clients of one test. */
export class HostProcesses {
  readonly folder = mkdtempSync(join(tmpdir(), "terminal-main-"));
  readonly #started: ChildProcess[] = [];
  readonly #clients: SessionHost[] = [];

  constructor() {
    chmodSync(this.folder, 0o711);
  }

  get socketPath(): string {
    return join(this.folder, "run", "host.sock");
  }

  /** Starts one and waits for its first line, or its end. */
  async start(arguments_: string[] = []): Promise<StartedHost> {
    const options = ["--socket", this.socketPath, "--data", join(this.folder, "data")];
    if (process.getuid?.() !== 0) options.push("--allow-unconfined");
    const argv = [hostProgram, ...options, ...arguments_];
    const child = this.keep(spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] }));
    let line = "";
    let error = "";
    child.stdout?.on("data", (bytes: Buffer) => (line += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (error += bytes.toString()));
    const exited = once(child, "exit");
    // Of one that was killed there is a signal and no code.
    while (!line.includes("\n") && child.exitCode === null && child.signalCode === null)
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 20))]);
    return { child, line, error, code: child.exitCode };
  }

  /** Has a process ended with the others. */
  keep<Child extends ChildProcess>(child: Child): Child {
    this.#started.push(child);
    return child;
  }

  async connect(socketPath = this.socketPath): Promise<SessionHost> {
    const client = await connectTerminalHost({ dial: dialUnixSocket(socketPath), reconnectMs: 25_000 });
    this.#clients.push(client);
    return client;
  }

  /** What somebody who comes now sees of a terminal. */
  async screen(address: TerminalAddress): Promise<string> {
    const { reader, leave } = await openTestReader(this.socketPath, address);
    await leave();
    return reader.screens[0] ?? "";
  }

  /** Ends everything and removes the folder. */
  async close(): Promise<void> {
    for (const client of this.#clients) await client.disconnect();
    const running = this.#started.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    await Promise.all(running.map((child) => kill(child)));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ends a process without a chance to do anything about it. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

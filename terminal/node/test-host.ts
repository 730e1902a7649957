import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShellSpec, SessionHost } from "../common/session-host.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import {
  startTerminalHost,
  type RunningTerminalHost,
  type TerminalHostOptions,
} from "./start-terminal-host.js";

/** A host with real shells in a folder of its own, for tests. */
export interface TestHost {
  folder: string;
  socketPath: string;
  host: RunningTerminalHost;
  client: SessionHost;
  /** A shell with a new home; each number is another account where the tests run as root. */
  shell(number?: number, env?: Record<string, string>): ShellSpec;
  close(): Promise<void>;
}

/**
 * First account of test sessions; nobody else's on an ordinary machine. Each process has its own: ending a session ends everything
 * that runs under its account, also in tests that somebody else runs at the same time.
 */
const FIRST_UID = 1_000_000 + (process.pid % 10_000) * 1_000;

/** Starts a host and connects to it. */
export async function startTestHost(options: Partial<TerminalHostOptions> = {}): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), "terminal-test-"));
  chmodSync(folder, 0o711);
  const socketPath = join(folder, "run", "host.sock");
  const allowUnconfined = process.getuid?.() !== 0;
  const host = await startTerminalHost({
    socketPath,
    dataDir: join(folder, "data"),
    allowUnconfined,
    ...options,
  });
  const client = await connectTerminalHost({ socketPath });
  return {
    folder,
    socketPath,
    host,
    client,
    shell: (number = 1, env = {}) => makeShell(folder, number, env),
    close: async () => {
      await client.close();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeShell(folder: string, number: number, env: Record<string, string>): ShellSpec {
  const home = join(folder, `home-${number}`);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const uid = FIRST_UID + number;
  return { home, env, readOnlyPaths: [], ...(process.getuid?.() === 0 && { account: { uid, gid: uid } }) };
}

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionHost, TerminalAddress, TerminalInfo } from "../common/session-host.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { dialUnixSocket } from "./dial-host.js";
import { unixSocketEndpoint } from "./host-endpoint.js";
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
  /** Prepares the session where there is none and opens a shell in it. */
  open(address: TerminalAddress, env?: Record<string, string>): Promise<TerminalInfo>;
  /** Absolute path of a session's home. */
  homeOf(session: string): string;
  close(): Promise<void>;
}

/** Starts a host and connects to it. */
export async function startTestHost({
  beatMs,
  ...options
}: Partial<TerminalHostOptions> & { beatMs?: number } = {}): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), "terminal-test-"));
  chmodSync(folder, 0o711);
  const socketPath = join(folder, "run", "host.sock");
  const dataDir = join(folder, "data");
  const allowUnconfined = process.getuid?.() !== 0;
  const host = await startTerminalHost({
    endpoint: { ...unixSocketEndpoint(socketPath), ...(beatMs !== undefined && { beatMs }) },
    dataDir,
    allowUnconfined,
    ...options,
  });
  const client = await connectTerminalHost({ dial: dialUnixSocket(socketPath) });
  return {
    folder,
    socketPath,
    host,
    client,
    open: (address, env = {}) => openShell(client, address, env),
    homeOf: (session) => join(dataDir, "sessions", session, "home"),
    close: async () => {
      await client.disconnect();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Prepares the session where there is none and opens a shell in it. */
export async function openShell(
  client: SessionHost,
  address: TerminalAddress,
  env: Record<string, string> = {},
): Promise<TerminalInfo> {
  const { session } = address;
  if (!(await client.sessions()).includes(session)) await client.prepare(session, { files: [] });
  return client.open(address, { env });
}

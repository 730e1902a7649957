import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { detectConfinement, type Confinement } from "./confinement.js";
import { holdDataDir } from "./data-dir-lock.js";
import { serveHostSocket } from "./host-socket.js";
import { claimSocket } from "./socket-path.js";
import { TerminalRegistry } from "./terminal-registry.js";

export interface TerminalHostOptions {
  socketPath: string;
  /** Recordings and the lock that keeps a second host away. */
  dataDir: string;
  allowUnconfined?: boolean;
  /** For tests of what a machine with less does; found out otherwise. */
  confinement?: Confinement;
}

export interface RunningTerminalHost {
  readonly confinement: Confinement;
  /** Ends every shell within a second, then lets go of socket and folder. */
  close(): Promise<void>;
}

/**
 * Starts the terminal host in this process. Throws TERMINAL_HOST_RUNNING where another one has the data folder or
 * answers at the socket, TERMINAL_SOCKET_UNUSABLE where the socket cannot be made.
 */
export async function startTerminalHost(options: TerminalHostOptions): Promise<RunningTerminalHost> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const release = holdDataDir(options.dataDir);
  const runtimeDir = makeRuntimeDir(options.dataDir);
  try {
    // Accounts must get to their own folder below it, and may not list the others.
    chmodSync(runtimeDir, 0o711);
    await claimSocket(options.socketPath);
    const confinement = options.confinement ?? detectConfinement();
    const allowUnconfined = options.allowUnconfined ?? false;
    const registry = new TerminalRegistry({
      dataDir: options.dataDir,
      runtimeDir,
      confinement,
      allowUnconfined,
    });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      serveHostSocket(socket, registry);
    });
    await listenPrivately(server, options.socketPath);
    const close = async (): Promise<void> => {
      server.close();
      await registry.closeAll();
      for (const socket of sockets) socket.destroy();
      rmSync(runtimeDir, { recursive: true, force: true });
      release();
    };
    return { confinement, close };
  } catch (error) {
    rmSync(runtimeDir, { recursive: true, force: true });
    release();
    throw error;
  }
}

/** A folder outside the private data, noted there so that the next host can remove what a killed one left. */
function makeRuntimeDir(dataDir: string): string {
  const note = join(dataDir, "runtime-folder");
  const prefix = join(tmpdir(), "lectern-terminals-");
  const before = existsSync(note) ? readFileSync(note, "utf8") : "";
  if (before.startsWith(prefix)) rmSync(before, { recursive: true, force: true });
  const folder = mkdtempSync(prefix);
  writeFileSync(note, folder, { mode: 0o600 });
  return folder;
}

/** The umask makes the socket private from its first moment; chmod afterwards would leave a gap. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
}

import { chmodSync, mkdirSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { AccountRegistry, type AccountRegistryOptions } from "./account-registry.js";
import { detectConfinement, type Confinement } from "./confinement.js";
import { holdDataDir } from "./data-dir-lock.js";
import { FolderRemover } from "./folder-remover.js";
import { serveHostSocket, type ServedHost } from "./host-socket.js";
import { ScreenWorkers } from "./screen-workers.js";
import { SessionFolders, type SessionTools } from "./session-folder.js";
import { SessionRegistry } from "./session-registry.js";
import { claimSocket } from "./socket-path.js";
import { TerminalRegistry } from "./terminal-registry.js";
import { ViewerSockets } from "./viewer-sockets.js";

export interface TerminalHostOptions {
  socketPath: string;
  /** Holds a folder for each session, what of ended ones is not removed yet, and the lock that keeps a second host away. */
  dataDir: string;
  allowUnconfined?: boolean;
  /** What programs of every session find besides the system's own folders. */
  tools?: SessionTools;
  /** Where recordings of ended sessions are kept; they go with the session where absent. On the file system of `dataDir`. */
  keptRecordings?: string;
  /** For tests of what a machine with less does; found out otherwise. */
  confinement?: Confinement;
  accounts?: Omit<AccountRegistryOptions, "sessionsFolder">;
  /** One line for the log; standard error where absent. */
  report?: (line: string) => void;
}

/** What every program finds without tools of the product. */
const NO_TOOLS: SessionTools = { readOnlyPaths: [], searchPath: "/usr/local/bin:/usr/bin:/bin" };

export interface RunningTerminalHost {
  readonly confinement: Confinement;
  /** Ends every shell within a second, then lets go of socket and folder; safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the terminal host in this process. Throws TERMINAL_HOST_RUNNING where another one has the data folder or
 * answers at the socket, TERMINAL_SOCKET_UNUSABLE where the socket cannot be made.
 */
export async function startTerminalHost(options: TerminalHostOptions): Promise<RunningTerminalHost> {
  mkdirSync(options.dataDir, { recursive: true });
  // Accounts must pass through to their own session, and may not list what is here.
  chmodSync(options.dataDir, 0o711);
  const release = holdDataDir(options.dataDir);
  try {
    await claimSocket(options.socketPath);
    const confinement = options.confinement ?? detectConfinement();
    const host = makeHost(options, confinement);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      serveHostSocket(socket, host);
    });
    await listenPrivately(server, options.socketPath);
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      server.close();
      await host.sessions.closeAll();
      host.viewers.close();
      await host.screens.close();
      for (const socket of sockets) socket.destroy();
      release();
    };
    return { confinement, close: () => (closing ??= close()) };
  } catch (error) {
    release();
    throw error;
  }
}

function makeHost(
  options: TerminalHostOptions,
  confinement: Confinement,
): ServedHost & { screens: ScreenWorkers } {
  const { dataDir, keptRecordings } = options;
  const report = options.report ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const sessionsFolder = join(dataDir, "sessions");
  const common = { confinement, allowUnconfined: options.allowUnconfined ?? false };
  const screens = new ScreenWorkers({ onReplaced: report });
  const terminals = new TerminalRegistry({ ...common, screens });
  const switchesAccounts = process.getuid?.() === 0 && confinement.kind !== "none";
  const sessions = new SessionRegistry({
    ...common,
    folders: new SessionFolders(sessionsFolder, options.tools ?? NO_TOOLS),
    terminals,
    remover: new FolderRemover({ folder: join(dataDir, "removed"), report }),
    ...(switchesAccounts && { accounts: new AccountRegistry({ ...options.accounts, sessionsFolder }) }),
    ...(keptRecordings !== undefined && { keptRecordings }),
    report,
  });
  return { sessions, terminals, viewers: new ViewerSockets(), screens };
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

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { defaultSessionLimits, type SessionLimits } from "../common/session-limits.js";
import type { AccountRegistry, AccountRegistryOptions } from "./account-registry.js";
import { confinementOfPod, detectConfinement, type Confinement } from "./confinement.js";
import { holdDataDir } from "./data-dir-lock.js";
import type { HostEndpoint } from "./host-endpoint.js";
import { KeptRecordings } from "./kept-recordings.js";
import { FolderRemover } from "./folder-remover.js";
import { serveHostSocket, type ServedHost } from "./host-socket.js";
import { joinNewSessionKeyring } from "./sandbox/libc.js";
import { ScreenWorkers } from "./screen-workers.js";
import { Sandboxes } from "./sandbox/sandboxes.js";
import { SystemFiles } from "./sandbox/system-files.js";
import { SessionFolders, type OnlySession, type SessionTools } from "./session-folder.js";
import { SessionRegistry } from "./session-registry.js";
import { TerminalRegistry } from "./terminal-registry.js";
import { ViewerSockets } from "./viewer-sockets.js";

export interface TerminalHostOptions {
  /** Where it listens. */
  endpoint: HostEndpoint;
  /** Holds a folder for each session, what of ended ones is not removed yet, and the lock that keeps a second host away. */
  dataDir: string;
  allowUnconfined?: boolean;
  /** What programs of every session find besides the system's own folders. */
  tools?: SessionTools;
  /** Where recordings of ended sessions are kept; they go with the session where absent. On the file system of `dataDir`. */
  keptRecordings?: string;
  /** What each session may use; `defaultSessionLimits` where absent. */
  limits?: SessionLimits;
  /** The socket of what connects sessions to the networks of pods. */
  podNetworks?: string;
  /** The one session of a host that has a pod to itself, with the folders that were mounted for it. */
  only?: OnlySession;
  /** For tests of what a machine with less does; found out otherwise. */
  confinement?: Confinement;
  accounts?: Omit<AccountRegistryOptions, "sessionsFolder">;
  /** One line for the log; standard error where absent. */
  report?: (line: string) => void;
}

/** Ten terminals of one learner need one thread and little of it. */
const SCREENS_OF_ONE = { workers: 1, heapMegabytes: 128 };
/** What every program finds without tools of the product. */
const NO_TOOLS: SessionTools = { readOnlyPaths: [], searchPath: "/usr/local/bin:/usr/bin:/bin" };

export interface RunningTerminalHost {
  readonly confinement: Confinement;
  /** Ends every shell within a second, then lets go of socket and folder; safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the terminal host in this process. Throws TERMINAL_HOST_RUNNING where another one has the data folder or
 * answers at the endpoint, TERMINAL_SOCKET_UNUSABLE where it cannot listen there.
 */
export async function startTerminalHost(options: TerminalHostOptions): Promise<RunningTerminalHost> {
  mkdirSync(options.dataDir, { recursive: true });
  // Accounts must pass through to their own session, and may not list what is here.
  chmodSync(options.dataDir, 0o711);
  const report = options.report ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const release = holdDataDir(options.dataDir);
  try {
    const container = options.only && confinementOfPod();
    await options.endpoint.claim();
    const confinement = options.confinement ?? container ?? detectConfinement();
    // A pod begins with a keyring of its own, and its filter of system calls knows none.
    if (confinement.kind !== "pod") leaveKeyring(report);
    const host = await makeHost({ ...options, report }, confinement);
    const sockets = new Set<Socket>();
    const serve = (socket: Socket): void => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      serveHostSocket(socket, host, options.endpoint.beatMs);
    };
    let stopListening: (() => void) | undefined;
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      stopListening?.();
      await host.sessions.closeAll();
      host.viewers.close();
      await host.screens.close();
      for (const socket of sockets) socket.destroy();
      release();
    };
    await host.screens.started();
    stopListening = await options.endpoint.listen(serve, report).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return { confinement, close: () => (closing ??= close()) };
  } catch (error) {
    release();
    throw error;
  }
}

async function makeHost(
  options: TerminalHostOptions & { report: (line: string) => void },
  confinement: Confinement,
): Promise<ServedHost & { screens: ScreenWorkers }> {
  const { dataDir, keptRecordings, report } = options;
  const sessionsFolder = join(dataDir, "sessions");
  const isBoxed = confinement.kind === "account-and-bubblewrap" || confinement.kind === "bubblewrap";
  const common = {
    confinement,
    allowUnconfined: options.allowUnconfined ?? false,
    ...(isBoxed && { systemFiles: new SystemFiles(join(dataDir, "etc")) }),
  };
  const screens = new ScreenWorkers({ onReplaced: report, ...(options.only && SCREENS_OF_ONE) });
  const terminals = new TerminalRegistry({ ...common, screens });
  const limits = options.limits ?? defaultSessionLimits;
  const sandboxes = await Sandboxes.start({
    // Of the folder, so that a host finds the groups that a killed one has left.
    owner: createHash("sha256").update(sessionsFolder).digest("hex").slice(0, 16),
    limits,
    confinement,
    report,
    ...(options.podNetworks !== undefined && { podNetworks: options.podNetworks }),
  });
  const switchesAccounts = process.getuid?.() === 0 && confinement.kind !== "none";
  const sessions = new SessionRegistry({
    ...common,
    folders: new SessionFolders(sessionsFolder, { ...(options.tools ?? NO_TOOLS), limits }, options.only),
    terminals,
    sandboxes,
    remover: new FolderRemover({ folder: join(dataDir, "removed"), report }),
    ...(switchesAccounts && { accounts: await openAccounts({ ...options.accounts, sessionsFolder }) }),
    ...(keptRecordings !== undefined && {
      keptRecordings: new KeptRecordings({ folder: keptRecordings, report }),
    }),
    report,
  });
  return { sessions, terminals, sandboxes, viewers: new ViewerSockets(), screens };
}

/** Loaded only where it is used: a pod has neither accounts nor a database. */
async function openAccounts(options: AccountRegistryOptions): Promise<AccountRegistry> {
  const { AccountRegistry } = await import("./account-registry.js");
  return new AccountRegistry(options);
}

/** What is started from here on has nothing of the keyring of whoever started us. */
function leaveKeyring(report: (line: string) => void): void {
  try {
    joinNewSessionKeyring();
  } catch (error) {
    report(
      `The keyring of whoever started Lectern stays in reach of shells without bubblewrap: ${String(error)}`,
    );
  }
}

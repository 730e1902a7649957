import type { ConfinementReport } from "../common/confinement-report.js";
import type { RecordingPiece } from "../common/host-frames.js";
import type {
  CommandOutcome,
  ExecRequest,
  ExecResult,
  RecordingInfo,
  ScreenText,
  SessionHost,
  SessionUse,
  TerminalInfo,
} from "../common/session-host.js";
import { dialSession } from "./dial-session.js";
import { type GatheredFiles, gatherFirst } from "./first-files.js";
import { layOutFiles, listHomeFolder, readHomeFile, replaceHomeFile, writeHomeFile } from "./home-files.js";
import { type ConnectOptions, HostConnection, type HostQuestion } from "./host-connection.js";
import { execInSession } from "./host-exec.js";

/**
 * Connects to a terminal host and stays connected: after a loss the calls that may be repeated are sent again. Throws
 * TERMINAL_HOST_LOST where no host answers within the deadline.
 */
export async function connectTerminalHost(options: ConnectOptions): Promise<SessionHost> {
  const connection = new HostConnection(options);
  await connection.ready();
  const call = async <Result>(body: HostQuestion): Promise<Result> => (await connection.call(body)) as Result;
  const exec = async (session: string, request: ExecRequest): Promise<ExecResult> => {
    await connection.reachable();
    return execInSession(options, session, request);
  };
  const execIn = (session: string) => (request: ExecRequest) => exec(session, request);
  return {
    prepare: async (session, { files, reaches = [], limits = {}, pods, keepsFiles = false }) => {
      const { first, all }: GatheredFiles = options.hasOldHomes ? { all: files } : await gatherFirst(files);
      const asked = { reaches: [...reaches], limits, ...(pods && { pods }), ...(first && { files: first }) };
      const isLaidOut = await call<boolean>({ method: "prepare", session, ...asked });
      if (isLaidOut) return;
      try {
        await layOutFiles(execIn(session), all, keepsFiles);
      } catch (error) {
        // Half a session is none. Where the host is gone as well, the one reason is enough.
        await call<void>({ method: "close", session }).catch(() => undefined);
        throw error;
      }
    },
    sessions: () => call<string[]>({ method: "sessions" }),
    open: (address, shell) =>
      call<TerminalInfo>({ method: "open", address, shell: { ...shell, env: { ...shell.env } } }),
    terminals: (session) =>
      call<TerminalInfo[]>({ method: "terminals", ...(session !== undefined && { session }) }),
    run: (address, command) => call<CommandOutcome>({ method: "run", address, command }),
    outcome: (address, id) =>
      call<CommandOutcome | "queued" | "running" | undefined>({ method: "outcome", address, id }),
    screens: (questions) => call<ScreenText[]>({ method: "screens", questions: [...questions] }),
    cancel: (address, id) => call<boolean>({ method: "cancel", address, id }),
    endShell: (address) => call<void>({ method: "endShell", address }),
    input: (address, text) => call<void>({ method: "input", address, text }),
    interrupt: (address) => call<void>({ method: "interrupt", address }),
    exec,
    read: (session, path, limit) => readHomeFile(execIn(session), path, limit),
    write: (session, file) => writeHomeFile(execIn(session), file),
    replace: (session, file) => replaceHomeFile(execIn(session), file),
    list: (session, path) => listHomeFolder(execIn(session), path),
    dial: async (session, port, address) => {
      await connection.reachable();
      return dialSession(options, session, { port, address });
    },
    reach: (session, reaches) => call<void>({ method: "reach", session, reaches: [...reaches] }),
    largest: (of) => call<SessionUse[]>({ method: "largest", of }),
    shortage: () => call<string | undefined>({ method: "shortage" }),
    confinement: () => call<ConfinementReport>({ method: "confinement" }),
    recordings: (session) =>
      call<RecordingInfo[]>({ method: "recordings", ...(session !== undefined && { session }) }),
    recording: (session, name) =>
      pieces((from) => call<RecordingPiece>({ method: "recording", session, recording: name, from })),
    close: (session) => call<void>({ method: "close", session }),
    onEvent: (listener) => connection.onEvent(listener),
    disconnect: () => connection.close(),
  };
}

async function* pieces(read: (from: number) => Promise<RecordingPiece>): AsyncIterable<Uint8Array> {
  for (let from: number | undefined = 0; from !== undefined;) {
    const { data, next }: RecordingPiece = await read(from);
    yield Buffer.from(data, "base64");
    from = next;
  }
}

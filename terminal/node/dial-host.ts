import { connect, type Socket } from "node:net";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";

/** A host on the same machine answers at once; one that is being restarted is asked again by who called. */
const CONNECT_MS = 3_000;

/**
 * Opens one connection to a terminal host; nothing else knows how hosts are reached. Throws TERMINAL_HOST_LOST where none answers
 * within the deadline of its own.
 */
export type DialHost = () => Promise<Socket>;

/** How the host of a session is reached for programs. */
export interface HostWay {
  dial: DialHost;
  /** Milliseconds between looks for silence, and between signs of life; neither where absent: a host of this machine is looked after by who started it. */
  lookMs?: number;
}

/** The same for the host that has a session, where several may. */
export type DialHostOf = (session: string) => Promise<Socket>;

/** Reaches the host of this machine at its unix socket. */
export function dialUnixSocket(path: string): DialHost {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      const fail = (cause: Error): void => {
        socket.destroy();
        reject(hostUnreachable(path, cause));
      };
      const deadline = setTimeout(
        () => fail(new Error(`no answer within ${CONNECT_MS / 1_000} s`)),
        CONNECT_MS,
      );
      socket.once("error", fail);
      socket.once("close", () => clearTimeout(deadline));
      socket.once("connect", () => {
        clearTimeout(deadline);
        socket.off("error", fail);
        resolve(socket);
      });
    });
}

/** What a way to a host says where nothing answers at its end. */
export function hostUnreachable(place: string, cause: Error): TerminalError {
  const message = `The terminal host at ${place} cannot be reached: ${cause.message}.`;
  return new TerminalError(terminalErrorCodes.hostLost, message, cause);
}

import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";

/** Longest path of a unix socket on Linux: 108 bytes with the closing zero (unix(7)). */
const PATH_BYTES = 107;
/** A live host on the same machine accepts at once. */
const PROBE_MS = 1_000;

/** Makes a path free for a socket: private folder, no live host, no left-over file. */
export async function claimSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES) {
    throw unusable(
      `The socket path ${path} has ${Buffer.byteLength(path)} bytes, at most ${PATH_BYTES} work; choose a shorter folder.`,
    );
  }
  const folder = dirname(path);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = statSync(folder);
  // A link that somebody else has put there leads to a folder of ours, whose mode would be changed.
  const stranger = [lstatSync(folder), stat].find(({ uid }) => uid !== process.getuid?.());
  if (stranger !== undefined) {
    throw unusable(
      `The folder ${folder} of the socket belongs to uid ${stranger.uid}; use one of this account's own, or remove it.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  if (!existsSync(path)) return;
  if (await answers(path)) {
    throw new TerminalError(
      terminalErrorCodes.hostRunning,
      `A terminal host already answers at ${path}; stop it first or use it.`,
    );
  }
  rmSync(path, { force: true });
}

function unusable(message: string): TerminalError {
  return new TerminalError(terminalErrorCodes.socketUnusable, message);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

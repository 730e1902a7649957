import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RunningProcess } from "../containers/container-runtime.js";
import type { CommandStatus, RemoteChannels } from "./remote-channels.js";

/** How long a client that reads nothing keeps the rest of what a process wrote that has ended, and its status: 10 min. */
const UNREAD_MS = 10 * 60_000;

/**
 * Joins a process with the client's streams until it has ended and all it wrote is sent; a client that goes ends it, and one that does
 * not take the rest within 10 min is cut off.
 */
export async function relayProcess(process: RunningProcess, channels: RemoteChannels): Promise<void> {
  const close = (): void => process.close();
  channels.gone.addEventListener("abort", close, { once: true });
  if (channels.gone.aborted) close();
  channels.onResize((size) => process.resize(size));
  // A process that reads no more, or a client that is gone, ends the input alone; what was on its way then fails later.
  process.stdin?.on("error", () => undefined);
  if (channels.stdin !== undefined && process.stdin !== undefined) {
    void pipeline(channels.stdin, process.stdin).catch(() => undefined);
  } else {
    // What a container without input is sent must not hold up what else the client says.
    channels.stdin?.resume();
  }
  const outputs = [send(process.stdout, channels.stdout), send(process.stderr, channels.stderr)];
  const status = await process.exitCode.then(statusOfExit, statusOfFailure);
  const timer = setTimeout(() => channels.cut(), UNREAD_MS);
  try {
    await Promise.all(outputs);
    await channels.finish(status);
  } finally {
    clearTimeout(timer);
    channels.gone.removeEventListener("abort", close);
    channels.stdin?.destroy();
    process.close();
  }
}

/** What nobody asked for is read all the same: a process must not wait for a reader. */
async function send(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    from.on("error", () => undefined);
    from.resume();
    return;
  }
  // The client that went away is told nothing more.
  await pipeline(from, to, { end: false }).catch(() => undefined);
}

/** The status by which `kubectl exec` takes over the exit code. */
function statusOfExit(exitCode: number): CommandStatus {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** What a kubelet tells of a command that could not be run. */
export function statusOfFailure(error: unknown): CommandStatus {
  const message = `error executing command in container: ${error instanceof Error ? error.message : String(error)}`;
  return {
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ reason: "", message }] },
    code: 500,
  };
}

import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ExecEvent } from "../common/host-frames.js";
import { STDERR } from "../common/host-frames.js";
import type { SessionConnection } from "../common/session-host.js";
import type { HostWay } from "./dial-host.js";
import { errorOf, startProgram } from "./host-exec.js";

/** A port on the same machine answers or refuses at once; one that does neither is given up. */
const CONNECT_MS = 5_000;
/** Bytes that wait for a reader before the other side has to. */
const UNREAD_BYTES = 1024 * 1024;
/** Says that it has connected, then passes bytes both ways until the port's side has no more. */
const RELAY = `exec 3<>"/dev/tcp/$2/$1" || exit 1
printf +
{ cat <&3; kill $$; } &
cat >&3
wait`;

/** Connects to a port as the learner, from inside the session's network; see `SessionHost.dial`. */
export async function dialSession(
  way: HostWay,
  session: string,
  { port, address = "localhost" }: { port: number; address?: string | undefined },
): Promise<SessionConnection> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refused(session, port, "it is no port");
  const connection = new RelayedConnection();
  const argv = ["/bin/bash", "--norc", "-c", RELAY, "dial", String(port), address];
  const stream = await startProgram(way, session, { argv, env: {} }, connection);
  connection.begin(stream);
  const deadline = setTimeout(() => stream.destroy(), CONNECT_MS);
  try {
    await connection.connected();
  } catch (error) {
    stream.destroy();
    const isRefusal = !(error instanceof TerminalError);
    throw isRefusal ? refused(session, port, (error as Error).message) : error;
  } finally {
    clearTimeout(deadline);
  }
  return connection;
}

function refused(session: string, port: number, why: string): TerminalError {
  return new TerminalError(
    terminalErrorCodes.portRefused,
    `Nothing answers at port ${port} of session ${session}: ${why}.`,
  );
}

type Stream = Awaited<ReturnType<typeof startProgram>>;

/** The client's side of a relay: what it says is queued until somebody reads it. */
class RelayedConnection implements SessionConnection {
  #stream: Stream | undefined;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #isConnected = false;
  #complaint = "";
  #end: ExecEvent | undefined;
  #wake: () => void = () => undefined;

  begin(stream: Stream): void {
    this.#stream = stream;
  }

  output(kind: number, bytes: Uint8Array): void {
    if (kind === STDERR) {
      this.#complaint = Buffer.from(bytes.subarray(0, UNREAD_BYTES)).toString("utf8").trim();
      return;
    }
    const rest = this.#isConnected ? bytes : bytes.subarray(1);
    this.#isConnected = true;
    if (rest.length > 0) this.#queue.push(rest);
    this.#queuedBytes += rest.length;
    if (this.#queuedBytes > UNREAD_BYTES) this.#stream?.pause();
    this.#wake();
  }

  ended(event: ExecEvent): void {
    this.#end = event;
    this.#wake();
  }

  async connected(): Promise<void> {
    while (!this.#isConnected) {
      if (this.#end?.type === "error") throw errorOf(this.#end);
      if (this.#end) throw new Error(this.#complaint.split(": ").at(-1) || "it cannot be reached");
      await this.#change();
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#stream?.output(bytes);
    await this.#stream?.drained();
  }

  close(): void {
    this.#stream?.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#queue.shift();
        if (bytes) {
          this.#queuedBytes -= bytes.length;
          if (this.#queuedBytes <= UNREAD_BYTES) this.#stream?.resume();
          yield bytes;
        } else if (this.#end) return;
        else await this.#change();
      }
    } finally {
      this.close();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

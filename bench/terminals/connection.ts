import { createRequire } from "node:module";
import { join } from "node:path";
import { WebSocket } from "ws";
import { ACKNOWLEDGE_EVERY } from "../../terminal/common/flow.js";
import { decodeOutput, parseViewerEvent, type ViewerRequest } from "../../terminal/common/viewer-frames.js";
import { wettyFolder } from "./wetty.js";

export type Peer = "raw" | "lectern" | "pods" | "wetty" | "ttyd";

/** A terminal as a page has it: output comes, keys go, and what was taken in is acknowledged where the peer asks for that. */
export interface TerminalConnection {
  onOutput(listener: (bytes: Buffer) => void): void;
  /** `bytes` of output were taken in. */
  taken(bytes: number): void;
  type(text: string): void;
  close(): void;
  /** Bytes of the screen that came before any output; Lectern's alone. */
  readonly restored: Buffer;
}

const ignore = (): void => undefined;

/** Opens a new terminal of a peer's server, or one more view of it where the name is known. */
export async function openTerminal(peer: Peer, server: string, name: string): Promise<TerminalConnection> {
  const answer = await fetch(`${server}/open?name=${name}`);
  const address = await answer.text();
  if (!answer.ok) throw new Error(`${peer} did not open a terminal: ${address}`);
  switch (peer) {
    case "raw":
      return openRaw(address);
    case "lectern":
    case "pods":
      return openLectern(address);
    case "wetty":
      return openWetty(address);
    case "ttyd":
      return openTtyd(address);
  }
}

async function openRaw(address: string): Promise<TerminalConnection> {
  const { socket, output } = await dial(address);
  let listener: (bytes: Buffer) => void = ignore;
  output((data) => listener(data));
  return {
    onOutput: (next) => (listener = next),
    taken: () => undefined,
    type: (text) => socket.send(text),
    close: () => socket.terminate(),
    restored: Buffer.alloc(0),
  };
}

async function openTtyd(address: string): Promise<TerminalConnection> {
  const { socket, output } = await dial(address, "tty");
  let listener: (bytes: Buffer) => void = ignore;
  output((data) => {
    if (data[0] === 0x30) listener(data.subarray(1));
  });
  socket.send(JSON.stringify({ AuthToken: "", columns: 120, rows: 32 }));
  return {
    onOutput: (next) => (listener = next),
    taken: () => undefined,
    type: (text) => socket.send(Buffer.from(`0${text}`)),
    close: () => socket.terminate(),
    restored: Buffer.alloc(0),
  };
}

async function openLectern(address: string): Promise<TerminalConnection> {
  const { socket, output } = await dial(address);
  let listener: (bytes: Buffer) => void = ignore;
  let left = 0;
  let position = 0;
  let acknowledged = 0;
  const screen: Buffer[] = [];
  const send = (request: ViewerRequest): void => socket.send(JSON.stringify(request));
  let whole: () => void = ignore;
  const isWhole = new Promise<void>((resolve) => (whole = resolve));
  output((data, isBinary) => {
    if (!isBinary) {
      const event = parseViewerEvent(data.toString());
      if (event?.type !== "snapshot") return;
      left = event.bytes;
      position = event.position;
      acknowledged = position;
      return;
    }
    const bytes = Buffer.from(decodeOutput(data)?.bytes ?? []);
    if (left === 0) return listener(bytes);
    screen.push(bytes);
    left -= bytes.length;
    send({ type: "restored", bytes: screen.reduce((sum, piece) => sum + piece.length, 0) });
    if (left === 0) whole();
  });
  send({ type: "hello" });
  await isWhole;
  return {
    onOutput: (next) => (listener = next),
    taken: (bytes) => {
      position += bytes;
      if (position - acknowledged < ACKNOWLEDGE_EVERY) return;
      acknowledged = position;
      send({ type: "ack", position });
    },
    type: (data) => send({ type: "input", data }),
    close: () => socket.terminate(),
    restored: Buffer.concat(screen),
  };
}

/** The parts of socket.io's client that are used. */
interface SocketIo {
  on(event: string, listener: (data: string) => void): void;
  once(event: string, listener: () => void): void;
  emit(event: string, data: unknown): void;
  close(): void;
}

async function openWetty(address: string): Promise<TerminalConnection> {
  const require = createRequire(join(wettyFolder, "node_modules", "wetty", "package.json"));
  const library = require("socket.io-client") as { io(url: string, options: object): SocketIo };
  const socket = library.io(address, {
    path: "/socket.io",
    transports: ["websocket"],
    reconnection: true,
    forceNew: true,
  });
  let listener: (bytes: Buffer) => void = ignore;
  let uncommitted = 0;
  socket.on("data", (data) => listener(Buffer.from(data)));
  await new Promise<void>((resolve) => socket.once("login", resolve));
  return {
    onOutput: (next) => (listener = next),
    taken: (bytes) => {
      uncommitted += bytes;
      if (uncommitted < 262_144) return;
      socket.emit("commit", uncommitted);
      uncommitted = 0;
    },
    type: (text) => socket.emit("input", text),
    close: () => socket.close(),
    restored: Buffer.alloc(0),
  };
}

async function dial(
  address: string,
  protocol?: string,
): Promise<{ socket: WebSocket; output: (listener: (data: Buffer, isBinary: boolean) => void) => void }> {
  const origin = new URL(address.replace("ws", "http")).origin;
  const socket = new WebSocket(address, protocol ? [protocol] : [], { origin, perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    socket,
    output: (listener) => socket.on("message", (data, isBinary) => listener(data as Buffer, isBinary)),
  };
}

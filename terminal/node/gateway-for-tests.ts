import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { WebSocket } from "ws";
import type { TerminalAddress } from "../common/session-host.js";
import {
  decodeOutput,
  parseViewerEvent,
  type ViewerEvent,
  type ViewerRequest,
} from "../common/viewer-frames.js";
import { dialUnixSocket } from "./dial-host.js";
import { createTerminalGateway, type TerminalGateway } from "./gateway.js";
import { createTicketStore, type OwnTicketStore } from "./tickets.js";

export interface TestGateway {
  gateway: TerminalGateway;
  tickets: OwnTicketStore;
  origin: string;
  close(): Promise<void>;
}

export interface ReaderOptions {
  origin?: string;
  ticket?: string;
  readOnly?: boolean;
  acknowledge?: boolean;
}

/** A server with a gateway, such as the real one has. */
export async function openTestGateway(
  socketPath: string,
  reauthorise: () => boolean = () => true,
): Promise<TestGateway> {
  const server: Server = createServer();
  const tickets = createTicketStore();
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = createTerminalGateway({
    dial: dialUnixSocket(socketPath),
    tickets,
    logger: { warn: () => undefined },
    reauthorise,
    reauthoriseMs: 200,
  });
  server.on("upgrade", (request, socket, head) => {
    const [, session = "", terminal = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
    const address = { session, terminal };
    gateway.handleUpgrade(request, socket, head, { address, user: "learner", origin: origin() });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    gateway,
    tickets,
    origin: origin(),
    close: async () => {
      gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A browser's side of the wire that keeps everything it gets; acknowledges as told. */
export class TestReader {
  readonly events: ViewerEvent[] = [];
  /** Everything that came as output. */
  text = "";
  /** Screens that came whole, the latest last. */
  readonly screens: string[] = [];
  position = 0;
  code = 0;
  readonly socket: WebSocket;
  readonly address: TerminalAddress;
  readonly #decoder = new StringDecoder("utf8");
  #screen: { left: number; pieces: Buffer[] } | undefined;

  constructor(at: TestGateway, address: TerminalAddress, options: ReaderOptions = {}) {
    this.address = address;
    const admission = { address, user: "learner", readOnly: options.readOnly ?? false };
    const ticket = options.ticket ?? at.tickets.issue(admission);
    const url = `${at.origin.replace("http", "ws")}/${address.session}/${address.terminal}?ticket=${ticket}`;
    this.socket = new WebSocket(url, { origin: options.origin ?? at.origin });
    this.socket.on("message", (data, isBinary) =>
      this.#receive(data as Buffer, isBinary, options.acknowledge ?? true),
    );
    this.socket.on("close", (code) => (this.code = code));
    this.socket.on("error", () => undefined);
  }

  get stream(): string {
    const first = this.events[0];
    return first && "stream" in first ? first.stream : "";
  }

  send(request: ViewerRequest): void {
    this.socket.send(JSON.stringify(request));
  }

  async until(condition: () => boolean, ms = 60_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > deadline)
        throw new Error(
          `waited ${ms} ms; events ${JSON.stringify(this.events).slice(0, 500)}, text ${this.text.slice(-300)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #receive(data: Buffer, isBinary: boolean, acknowledge: boolean): void {
    if (!isBinary) {
      const event = parseViewerEvent(data.toString("utf8"));
      if (event) this.events.push(event);
      if (event && "position" in event) this.position = event.position;
      if (event?.type === "snapshot" && event.bytes > 0) this.#screen = { left: event.bytes, pieces: [] };
      return;
    }
    const output = decodeOutput(data);
    if (!output) throw new Error("output frame too short");
    if (this.#screen) return this.#receiveScreen(this.#screen, Buffer.from(output.bytes));
    if (output.position !== this.position)
      throw new Error(`got ${output.position}, expected ${this.position}`);
    this.position += output.bytes.length;
    this.text += this.#decoder.write(Buffer.from(output.bytes));
    if (acknowledge) this.send({ type: "ack", position: this.position });
  }

  #receiveScreen(screen: { left: number; pieces: Buffer[] }, bytes: Buffer): void {
    screen.pieces.push(bytes);
    screen.left -= bytes.length;
    const whole = Buffer.concat(screen.pieces);
    this.send({ type: "restored", bytes: whole.length });
    if (screen.left > 0) return;
    this.#screen = undefined;
    this.screens.push(whole.toString("utf8"));
  }
}

/** Opens a page's side of one terminal, with a gateway of its own that goes when the reader leaves. */
export async function openTestReader(
  socketPath: string,
  address: TerminalAddress,
): Promise<{ reader: TestReader; leave: () => Promise<void> }> {
  const gateway = await openTestGateway(socketPath);
  const reader = new TestReader(gateway, address);
  await new Promise((resolve, reject) => reader.socket.once("open", resolve).once("error", reject));
  reader.send({ type: "hello" });
  await reader.until(() => reader.screens.length > 0);
  return {
    reader,
    leave: async () => {
      reader.socket.close();
      await gateway.close();
    },
  };
}

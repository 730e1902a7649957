import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type {
  Certificate,
  IngressRoute,
  NetworkIngress,
} from "../../cluster/containers/container-runtime.js";
import { endpointsOf, IngressRoutes } from "./ingress-routes.js";
import { type IngressAsked, forwardRequest, forwardUpgrade, INGRESS_NAME_HEADER } from "./ingress-forward.js";
import { IngressCertificates } from "./ingress-certificates.js";
import type { ServicePlace } from "./service-proxy.js";

/** Connections that one network may have to its Ingresses at a time; each takes two descriptors. */
const CONNECTIONS = 128;
/** 16 KiB of a request's headers, as Node has it; cookies are the most of them. */
const HEADER_BYTES = 16 * 1024;
/** Whoever takes longer to say what is wanted holds a connection of others. */
const HEADERS_MS = 30_000;
/** 15 min without a byte either way, as on the way from browsers to applications. */
const IDLE_MS = 15 * 60_000;
/** Pods that are tried until one takes the connection. */
const TRIES = 3;

const SETTINGS = { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADERS_MS, requestTimeout: 0 };

/** A refusal in a sentence. */
interface Refusal {
  status: 308 | 404 | 502 | 503;
  text: string;
  /** Where else to ask. */
  location?: string;
}

const WORDS = { 308: "Permanent Redirect", 404: "Not Found", 502: "Bad Gateway", 503: "Service Unavailable" };

/** Answers HTTP and HTTPS at the address of a network by the rules of its Ingress objects. */
export class IngressServer {
  readonly #place: ServicePlace;
  #routes = new IngressRoutes([]);
  /** By port. */
  readonly #servers = new Map<number, Server>();
  #certificates: IngressCertificates | undefined;
  /** Connections that were upgraded, which are the server's no more. */
  readonly #upgraded = new Set<Duplex>();
  /** Of requests, for the next pod in turn. */
  #count = 0;

  constructor(place: ServicePlace) {
    this.#place = place;
  }

  /** Takes these rules in the place of those before; without any, nobody listens any more. */
  set({ address, port, routes, tls }: NetworkIngress): void {
    this.#routes = new IngressRoutes(routes);
    if (routes.length === 0) return this.close();
    if (!this.#servers.has(port)) this.#listen(address, port, createServer(SETTINGS));
    if (tls === undefined) return;
    this.#certificates = new IngressCertificates(tls);
    if (!this.#servers.has(tls.port)) this.#listen(address, tls.port, this.#tlsServer(tls.fallback));
  }

  close(): void {
    for (const server of this.#servers.values()) {
      server.close();
      server.closeAllConnections();
    }
    this.#servers.clear();
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** Who names no host gets the certificate of nobody. */
  #tlsServer({ certificate, key }: Certificate): Server {
    return createTlsServer({
      ...SETTINGS,
      handshakeTimeout: HEADERS_MS,
      cert: certificate,
      key,
      SNICallback: (host, done) => {
        try {
          done(null, this.#certificates?.contextFor(host));
        } catch (error) {
          done(error as Error);
        }
      },
    });
  }

  #listen(address: string, port: number, server: Server): void {
    let descriptor: number;
    try {
      descriptor = this.#place.listenAt(address, port);
    } catch (error) {
      return this.#place.report(`nobody serves Ingresses at ${address}: ${(error as Error).message}`);
    }
    server.maxConnections = CONNECTIONS;
    // A client may say that it asks for nothing more before it has the answer, as nc does.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.setTimeout(IDLE_MS);
    server.on("request", (request, response) => void this.#answer(request, response));
    server.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket, head));
    server.on("error", (error) => this.#place.report(`Ingresses at ${address}: ${error.message}`));
    server.listen({ fd: descriptor });
    this.#servers.set(port, server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = await this.#find(request);
    if ("status" in found) return refuse(response, found);
    await forwardRequest(found, response);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    this.#upgraded.add(socket);
    socket.once("close", () => this.#upgraded.delete(socket));
    const found = await this.#find(request);
    if ("status" in found) return void socket.end(plainAnswer(found));
    forwardUpgrade(found, socket, head);
  }

  /** The pod for a request, connected. */
  async #find(request: IncomingMessage): Promise<IngressAsked | Refusal> {
    const { host, target } = askedOf(request);
    const at = target.indexOf("?");
    const path = at < 0 ? target : target.slice(0, at);
    const name = request.headers[INGRESS_NAME_HEADER];
    const route = this.#routes.find({ host, path, ...(typeof name === "string" && { name }) });
    if (typeof route === "string") return { status: 404, text: route };
    if (
      route.isForTls === true &&
      host !== "" &&
      name === undefined &&
      !(request.socket instanceof TLSSocket)
    )
      return { status: 308, text: "Asked for over TLS alone.", location: `https://${host}${target}` };
    const endpoints = endpointsOf(route.backend, this.#count++);
    if (typeof endpoints === "string") return { status: 503, text: endpoints };
    const query = at < 0 ? "" : target.slice(at);
    const pod = await this.#connect(route, endpoints.slice(0, TRIES));
    if ("status" in pod) return pod;
    return { request, pod, path: (route.rewrite ?? path) + query };
  }

  async #connect(
    { ingress }: IngressRoute,
    endpoints: readonly { address: string; port: number }[],
  ): Promise<Socket | Refusal> {
    const refusals: string[] = [];
    for (const { address, port } of endpoints) {
      try {
        const socket = await this.#place.connect(address, port);
        if (typeof socket !== "string") return socket;
        refusals.push(`${address}:${String(port)}: ${socket}`);
      } catch (error) {
        refusals.push((error as Error).message);
      }
    }
    return {
      status: 502,
      text: `No pod of the Ingress ${ingress} took the connection (${refusals.join("; ")}).`,
    };
  }
}

/** Whom a request is for, in lower case, and its path and query; who takes this for a proxy says both in one (RFC 9112, 3.2.2). */
function askedOf({ url = "/", headers }: IncomingMessage): { host: string; target: string } {
  const whole = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url);
  const [, host = headers.host ?? "", rest = url] = whole ?? [];
  const target = rest.startsWith("/") || whole === null ? rest : `/${rest}`;
  return { host: host.toLowerCase().replace(/:\d{1,5}$/, ""), target };
}

function refuse(response: ServerResponse, { status, text, location }: Refusal): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    ...(location !== undefined && { location }),
  });
  response.end(`${text}\n`);
}

function plainAnswer({ status, text, location }: Refusal): string {
  const length = Buffer.byteLength(text) + 1;
  const place = location === undefined ? "" : `location: ${location}\r\n`;
  return `HTTP/1.1 ${String(status)} ${WORDS[status]}\r\n${place}content-type: text/plain; charset=utf-8\r\ncontent-length: ${String(length)}\r\nconnection: close\r\n\r\n${text}\n`;
}

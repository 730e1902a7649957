import { chmodSync, readFileSync } from "node:fs";
import { createServer as createUnixServer, type Server, type Socket } from "node:net";
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { claimSocket } from "./socket-path.js";

/** The subject of the one certificate that a host in a pod takes calls from. */
export const SERVER_SUBJECT = "lectern-server";
/** How often the files of the certificate are looked at: the kubelet puts a renewed one into its place within two minutes. */
const RELOAD_MS = 20_000;
const HANDSHAKE_MS = 5_000;
/** As at the other end. */
const BEAT_MS = 15_000;
/** As at the other end: a server whose node is lost leaves nothing open here. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 20_000 };
/** Calls, programs and views of one session, with room for handshakes of strangers, which end by themselves. */
const CONNECTIONS = 512;

/** Where a terminal host takes connections. */
export interface HostEndpoint {
  /** Milliseconds between signs of life on its connections; none where absent: on one machine the kernel tells what has ended. */
  beatMs?: number;
  /** Finds out whether it can be had, before anything is made for it. Throws what the maker of the endpoint says. */
  claim(): Promise<void>;
  /** Begins to listen and hands each authorised connection on; resolves with what stops it. */
  listen(serve: (socket: Socket) => void, report: (line: string) => void): Promise<() => void>;
}

/**
 * A socket that only this account can open. `claim` throws TERMINAL_HOST_RUNNING where another host answers there,
 * TERMINAL_SOCKET_UNUSABLE where the path cannot be a socket.
 */
export function unixSocketEndpoint(path: string): HostEndpoint {
  return {
    claim: () => claimSocket(path),
    listen: async (serve) => {
      const server = createUnixServer(serve);
      // The umask makes the socket private from its first moment; chmod afterwards would leave a gap.
      const before = process.umask(0o177);
      try {
        await listening(server, () => server.listen(path));
      } finally {
        process.umask(before);
      }
      chmodSync(path, 0o600);
      return () => server.close();
    },
  };
}

export interface TlsEndpointOptions {
  /** `*` for every address of the machine. */
  address: string;
  port: number;
  /** PEM files, read again when they change. */
  cert: string;
  key: string;
  /** Who signs the server's certificate; several where one is being replaced. */
  ca: string;
}

/**
 * A TCP port that takes only the holder of the server's certificate; everybody else is refused in the handshake. Both throw
 * TERMINAL_SOCKET_UNUSABLE where the files or the address cannot be used.
 */
export function tlsEndpoint(options: TlsEndpointOptions): HostEndpoint {
  const refusing = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw unusable(options, error as Error);
    }
  };
  return {
    beatMs: BEAT_MS,
    claim: () => refusing(() => void createSecureContext(readFiles(options))),
    listen: (serve, report) => refusing(() => openTls(options, serve, report)),
  };
}

async function openTls(
  options: TlsEndpointOptions,
  serve: (socket: Socket) => void,
  report: (line: string) => void,
): Promise<() => void> {
  let files = readFiles(options);
  const server = createTlsServer(
    {
      ...files,
      minVersion: "TLSv1.3",
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: HANDSHAKE_MS,
      noDelay: true,
      ...KEEP_ALIVE,
    },
    (socket) => {
      if (isServer(socket)) serve(socket);
      else socket.destroy();
    },
  );
  server.maxConnections = CONNECTIONS;
  server.on("connection", (socket: Socket) => socket.on("error", () => undefined));
  await listening(server, () =>
    server.listen(options.port, options.address === "*" ? undefined : options.address),
  );
  const reload = setInterval(() => {
    try {
      const now = readFiles(options);
      if (JSON.stringify(now) === JSON.stringify(files)) return;
      server.setSecureContext({ ...now, minVersion: "TLSv1.3" });
      files = now;
    } catch (error) {
      report(`The renewed certificate cannot be used, the one before it stays: ${(error as Error).message}`);
    }
  }, RELOAD_MS);
  reload.unref();
  return () => {
    clearInterval(reload);
    server.close();
  };
}

/** Sessions have certificates of the same authority: theirs must not open another session's host. */
function isServer(socket: TLSSocket): boolean {
  return socket.authorized && socket.getPeerCertificate().subject.CN === SERVER_SUBJECT;
}

function readFiles({ cert, key, ca }: TlsEndpointOptions): { cert: string; key: string; ca: string } {
  const [certText = "", keyText = "", caText = ""] = [cert, key, ca].map((path) =>
    readFileSync(path, "utf8"),
  );
  return { cert: certText, key: keyText, ca: caText };
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", resolve);
    listen();
  });
}

function unusable({ address, port }: TlsEndpointOptions, cause: Error): TerminalError {
  const message = `The terminal host cannot listen at ${address}:${port}: ${cause.message}. Check --listen and the files of --tls-cert, --tls-key and --tls-ca.`;
  return new TerminalError(terminalErrorCodes.socketUnusable, message, cause);
}

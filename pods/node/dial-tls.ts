import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { hostUnreachable } from "../../terminal/node/dial-host.js";
import type { KeyPair } from "./certificates.js";
import { hostNameOf } from "./host-name.js";

/** A pod of the same cluster answers within milliseconds; one whose node is gone never does. */
const CONNECT_MS = 5_000;
/** Silence after which the kernel asks whether the other side is there; ten seconds without an answer end the connection. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 20_000 };

/** What the server shows to hosts and whom it believes. */
export interface ServerIdentity extends KeyPair {
  /** PEM of every authority whose certificates count now. */
  ca: string;
}

/** A TCP connection to the host's port, straight or through something that carries it. */
export type OpenTransport = (signal: AbortSignal) => Promise<Duplex>;

/** Opens a connection straight to an address. */
export function tcpTransport(host: string, port: number): OpenTransport {
  return (signal) =>
    new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, noDelay: true, ...KEEP_ALIVE });
      // Not given to the socket: a signal that fires later would end a connection that has long been made.
      const late = (): void => void socket.destroy(new Error("no answer in time"));
      signal.addEventListener("abort", late, { once: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        signal.removeEventListener("abort", late);
        socket.off("error", reject);
        resolve(socket);
      });
    });
}

/**
 * Speaks TLS over a transport and makes sure that the other end is the session's own host. Throws TERMINAL_HOST_LOST where it is
 * not, or is not there within 5 s.
 */
export async function dialTls(
  session: string,
  open: OpenTransport,
  { ca, cert, key }: ServerIdentity,
): Promise<TLSSocket> {
  const signal = AbortSignal.timeout(CONNECT_MS);
  try {
    const transport = await open(signal);
    return await new Promise((resolve, reject) => {
      const servername = hostNameOf(session);
      const socket = connect({ socket: transport, servername, ca, cert, key, minVersion: "TLSv1.3" });
      const fail = (error: Error): void => {
        socket.destroy();
        transport.destroy();
        reject(error);
      };
      const late = (): void => fail(new Error(`no answer within ${CONNECT_MS / 1_000} s`));
      signal.addEventListener("abort", late, { once: true });
      // What carries the connection may break first, and nobody else listens to it.
      transport.on("error", (error) => socket.destroy(error));
      socket.once("error", fail);
      socket.once("close", () => fail(new Error("the connection was closed in the handshake")));
      socket.once("secureConnect", () => {
        signal.removeEventListener("abort", late);
        socket.removeAllListeners("error").removeAllListeners("close");
        resolve(socket);
      });
    });
  } catch (error) {
    throw hostUnreachable(`the pod of session ${session}`, error as Error);
  }
}

import { createServer } from "node:https";
import type { Server } from "node:https";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import type { Certificates } from "./certificates.js";

/** All PEM. */
export type ServingCertificates = Pick<Certificates, "cert" | "key"> & {
  /** Signs what clients say who they are by. */
  clientAuthority: string;
};

/** The API is for this machine alone. */
const HOST = "127.0.0.1";
/** 1 MiB as with a real API server: a command to be run is part of the address. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** As with a real API server: who has not said by then what is wanted holds memory for nothing, and nobody knows yet who it is. */
const HEADERS_MS = 32_000;
/** Milliseconds an idle connection is kept; Go clients reuse theirs. */
const KEEP_ALIVE_MS = 90_000;

/** A TLS server on loopback that asks clients for certificates of `clientAuthority`, and serves those without all the same; `port` 0 takes a free one. Throws `ClusterError` where the port is taken. */
export async function listen(
  { cert, key, clientAuthority }: ServingCertificates,
  port: number,
  handler: RequestListener,
): Promise<Server> {
  // Small pieces of an answer must not wait for the client to confirm those before: that takes 40 ms each.
  const server = createServer(
    {
      cert,
      key,
      ca: clientAuthority,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
      noDelay: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
    },
    handler,
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Whoever listens to a socket keeps Node.js from parsing it below the streams, where the next request of a client that
  // has a large answer before the server knows it ends the connection with "Parse Error: Paused".
  server.on("secureConnection", (socket) => socket.on("data", () => undefined));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenFailure(port, error)));
    server.listen(port, HOST, resolve);
  });
  return server;
}

export function urlOf(server: Server): { url: string; port: number } {
  const { port } = server.address() as AddressInfo;
  return { url: `https://${HOST}:${port}`, port };
}

function listenFailure(port: number, error: Error): ClusterError {
  return new ClusterError(
    clusterErrorCodes.portInUse,
    `The embedded cluster cannot listen on ${HOST}:${port}: ${error.message}. Stop what uses the port, or choose another with --port.`,
    error,
  );
}

import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { ClientCertificate } from "../auth/access.js";

/** What a connection's certificate says, and until when (milliseconds since the epoch). */
type Presented = ClientCertificate & { expiresAt: number };

const NONE = Symbol("no certificate");
/** A connection keeps its certificate for as long as it lasts, and carries many requests. */
const presented = new WeakMap<TLSSocket, Presented | typeof NONE>();

/** The certificate the client of the request has shown, if any; one that expires meanwhile is not valid any more. */
export function clientCertificate({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = presented.get(socket) ?? read(socket);
  presented.set(socket, known);
  if (known === NONE) return undefined;
  const { expiresAt, ...certificate } = known;
  return { ...certificate, isValid: certificate.isValid && Date.now() < expiresAt };
}

function read(socket: TLSSocket): Presented | typeof NONE {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return NONE;
  const { subject } = socket.getPeerCertificate() as {
    subject?: { CN?: string | string[]; O?: string | string[] };
  };
  return {
    isValid: socket.authorized,
    commonName: [subject?.CN ?? ""].flat().at(-1) ?? "",
    organizations: [subject?.O ?? []].flat(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    expiresAt: Date.parse(certificate.validTo),
  };
}

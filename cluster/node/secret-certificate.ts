import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { ApiObject } from "../api/object.js";
import type { Certificate } from "../containers/container-runtime.js";
import { nameOf } from "../controllers/object-keys.js";

/** 64 KiB of a certificate, those behind it and its key; a chain of three has 6 KiB. */
const MOST_BYTES = 64 * 1024;
/** Of an RSA key: with one of 16384 each handshake would hold up everybody else for half a second. */
const MOST_BITS = 4096;
const BASE64_GROWTH = 4 / 3;

/** A certificate that can be served. */
export interface SecretCertificate extends Certificate {
  isFor: (host: string) => boolean;
}

/** Of each Secret as it is: it is asked for with every change of a network. */
const known = new WeakMap<ApiObject, SecretCertificate | string>();

/** The certificate of a Secret of the type `kubernetes.io/tls`, or in a sentence why it cannot be served. */
export function certificateIn(secret: ApiObject): SecretCertificate | string {
  const read = known.get(secret) ?? readCertificate(secret);
  known.set(secret, read);
  return read;
}

function readCertificate(secret: ApiObject): SecretCertificate | string {
  const of = `the Secret ${nameOf(secret)}`;
  const data = secret["data"] as Record<string, string> | undefined;
  const [encoded, encodedKey] = [data?.["tls.crt"] ?? "", data?.["tls.key"] ?? ""];
  if (encoded === "" || encodedKey === "") return `The Secret ${nameOf(secret)} has no tls.crt and tls.key`;
  if (encoded.length + encodedKey.length > MOST_BYTES * BASE64_GROWTH)
    return `The tls.crt and tls.key of ${of} have more than ${String(MOST_BYTES / 1024)} KiB`;
  const [certificate, key] = [textOf(encoded), textOf(encodedKey)];
  try {
    const parsed = new X509Certificate(certificate);
    const privateKey = createPrivateKey(key);
    if (!parsed.checkPrivateKey(privateKey)) return `The key of ${of} is not that of its certificate`;
    const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits > MOST_BITS)
      return `The key of ${of} has ${String(bits)} bits, and at most ${String(MOST_BITS)} are served`;
    const why = whyNotServed({ certificate, key });
    if (why !== undefined) return `The tls.crt and tls.key of ${of} cannot be served (${why})`;
    return { certificate, key, isFor: (host) => isFor(parsed, host) };
  } catch {
    return `The tls.crt or tls.key of ${of} cannot be read`;
  }
}

/** In the words of OpenSSL, which reads those behind a certificate and refuses what is too weak only where it is to serve them. */
function whyNotServed({ certificate, key }: Certificate): string | undefined {
  try {
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    return (error as Error).message.split(":").at(-1);
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return certificate.checkHost(host.replace(/^\*\./, "any."), { subject: "always" }) !== undefined;
}

function textOf(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}

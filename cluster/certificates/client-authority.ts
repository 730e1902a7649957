import { randomBytes } from "node:crypto";
import type { webcrypto } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Extension, X509Certificate } from "@peculiar/x509";
import { writePrivateFile } from "../process/private-file.js";
import { issueAuthority } from "./issue-certificate.js";
import type { SigningRequest } from "./signing-request.js";
import { x509 } from "./x509.js";

/** Signs certificates by which clients say who they are. */
export interface ClientAuthority {
  /** PEM of the authority's own certificate. */
  certificate: string;
  /** A certificate in PEM for the subject and key of the request. */
  sign(request: SigningRequest, wish: CertificateWish): Promise<string>;
}

export interface CertificateWish {
  /** Uses as the API names them: `client auth`, `digital signature`, `key encipherment`. */
  usages: readonly string[];
  /** A year where it is absent, and never longer. */
  expirationSeconds?: number;
}

interface Kept {
  certificate: string;
  /** PKCS#8 in PEM. */
  key: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const AUTHORITY_DAYS = 3650;
const LONGEST_MS = 365 * DAY_MS;
const SHORTEST_MS = 10 * MINUTE_MS;
/** Certificates begin this much earlier, for clocks that are late; the short ones last as long as asked for all the same. */
const BACKDATE_MS = 5 * MINUTE_MS;
const SHORT_MS = 8 * HOUR_MS;
const SERIAL_BYTES = 16;
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** The authority kept in `dataDir`, made on the first start, so that certificates outlive a restart. */
export function loadClientAuthority(dataDir: string, now: () => Date): ClientAuthority {
  const path = join(dataDir, "client-authority.json");
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Kept) : makeAuthority(now());
  writePrivateFile(path, JSON.stringify(kept));
  return {
    certificate: kept.certificate,
    sign: (request, wish) => signed(kept, { request, wish, now: now() }),
  };
}

function makeAuthority(now: Date): Kept {
  return issueAuthority("lectern-client-ca", {
    notBefore: now,
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY_MS),
  });
}

async function signed(
  kept: Kept,
  { request, wish, now }: { request: SigningRequest; wish: CertificateWish; now: Date },
): Promise<string> {
  const { X509Certificate: Certificate, X509CertificateGenerator } = x509();
  const authority = new Certificate(kept.certificate);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(SERIAL_BYTES).toString("hex"),
    subject: request.subjectName,
    issuer: authority.subjectName,
    ...validity(wish.expirationSeconds, now, authority),
    publicKey: request.publicKey,
    signingAlgorithm: ECDSA,
    signingKey: await signingKey(kept.key),
    extensions: [...extensionsFor(wish.usages), ...namesOf(request)],
  });
  return `${certificate.toString("pem")}\n`;
}

function validity(
  seconds: number | undefined,
  now: Date,
  authority: X509Certificate,
): { notBefore: Date; notAfter: Date } {
  const wanted = seconds === undefined ? LONGEST_MS : seconds * SECOND_MS;
  const lifetime = Math.min(Math.max(wanted, SHORTEST_MS), LONGEST_MS);
  const begin = now.getTime() - BACKDATE_MS;
  const end = (lifetime < SHORT_MS ? now.getTime() : begin) + lifetime;
  return {
    notBefore: new Date(begin),
    notAfter: new Date(Math.min(end, authority.notAfter.getTime())),
  };
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey("pkcs8", x509().PemConverter.decodeFirst(pem), ECDSA, false, ["sign"]);
}

function extensionsFor(usages: readonly string[]): Extension[] {
  const library = x509();
  const { digitalSignature, keyEncipherment } = library.KeyUsageFlags;
  const flags =
    (usages.includes("digital signature") ? digitalSignature : 0) |
    (usages.includes("key encipherment") ? keyEncipherment : 0);
  return [
    new library.BasicConstraintsExtension(false, undefined, true),
    ...(flags === 0 ? [] : [new library.KeyUsagesExtension(flags, true)]),
    ...(usages.includes("client auth")
      ? [new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.clientAuth])]
      : []),
  ];
}

function namesOf(request: SigningRequest): Extension[] {
  return request.extensions.filter(({ type }) => type === SUBJECT_ALTERNATIVE_NAME);
}

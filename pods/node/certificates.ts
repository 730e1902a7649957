import { randomUUID } from "node:crypto";
import type { CertificateExtension } from "selfsigned";

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Whom a certificate names and what it may be used for. */
export interface CertificateRequest {
  /** The common name. */
  subject: string;
  usage: "client" | "host";
  /** The DNS name a host is known by. */
  name?: string;
  /** Milliseconds it is valid. */
  lifetimeMs: number;
}

/** Clocks of nodes differ: a certificate that is new here may not be valid yet there. */
const SKEW_MS = 10 * 60_000;
const KEYS = { keyType: "ec", algorithm: "sha256" } as const;

/** Makes a certificate authority of its own, valid from ten minutes before `now`. */
export async function makeAuthority(lifetimeMs: number, now: number): Promise<KeyPair> {
  // A name of its own: of two with the same name OpenSSL looks at the first only, and one may be replacing the other.
  return generate(`lectern-shells-ca-${randomUUID()}`, lifetimeMs, now, {
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
}

/** Signs a certificate for one end of a connection. A host's cannot be used as a client's, so no session can call another's host. */
export async function issueCertificate(
  authority: KeyPair,
  { subject, usage, name, lifetimeMs }: CertificateRequest,
  now: number,
): Promise<KeyPair> {
  return generate(subject, lifetimeMs, now, {
    ca: authority,
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      {
        name: "extKeyUsage",
        critical: true,
        ...(usage === "host" ? { serverAuth: true } : { clientAuth: true }),
      },
      ...(name === undefined
        ? []
        : [{ name: "subjectAltName" as const, altNames: [{ type: 2 as const, value: name }] }]),
    ],
  });
}

async function generate(
  subject: string,
  lifetimeMs: number,
  now: number,
  options: { ca?: KeyPair; extensions: CertificateExtension[] },
): Promise<KeyPair> {
  // Loading it takes longer than all the rest of a start, and only servers with pods need it.
  const selfsigned = await import("selfsigned");
  const made = await selfsigned.generate([{ name: "commonName", value: subject }], {
    ...KEYS,
    ...options,
    notBeforeDate: new Date(now - SKEW_MS),
    notAfterDate: new Date(now + lifetimeMs),
  });
  return { cert: made.cert, key: made.private };
}

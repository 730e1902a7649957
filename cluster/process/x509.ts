import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** A certificate and its private key, PEM. */
export interface Issued {
  cert: string;
  key: string;
}

/** Who signs: its name, its key, and the id other certificates know the key by. */
export interface Issuer {
  name: string;
  privateKey: KeyObject;
  keyId: Buffer;
}

export interface Subject {
  name: string;
  notBefore: Date;
  notAfter: Date;
  /** DNS names and addresses (4 or 16 bytes) a server answers to; an authority has none. */
  server?: { names: string[]; addresses: number[][] };
}

const OIDS = {
  commonName: [2, 5, 4, 3],
  subjectKeyIdentifier: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  authorityKeyIdentifier: [2, 5, 29, 35],
  extKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  ecdsaWithSha256: [1, 2, 840, 10_045, 4, 3, 2],
} as const;
/** Bits of KeyUsage, from the first: digitalSignature; digitalSignature, keyCertSign and cRLSign. */
const SIGNS = [7, 0x80];
const SIGNS_CERTIFICATES = [1, 0x86];

/** Issues an X.509 certificate (RFC 5280) for a new P-256 key; an authority signs itself where `issuer` is absent. */
export function issueCertificate(subject: Subject, issuer?: Issuer): Issued & { issuer: Issuer } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const own = { name: subject.name, privateKey, keyId: createHash("sha1").update(spki).digest() };
  const signer = issuer ?? own;
  const algorithm = sequence(oid(OIDS.ecdsaWithSha256));
  const content = sequence(
    tagged(0xa0, integer([2])),
    integer([0x01, ...randomBytes(15)]),
    algorithm,
    commonName(signer.name),
    sequence(time(subject.notBefore), time(subject.notAfter)),
    commonName(subject.name),
    spki,
    tagged(0xa3, sequence(...extensions(subject, own.keyId, signer.keyId))),
  );
  const signature = sign("sha256", content, signer.privateKey);
  const certificate = sequence(content, algorithm, bits(0, signature));
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  return { cert: pem(certificate), key: String(key), issuer: own };
}

function extensions({ server }: Subject, keyId: Buffer, issuerKeyId: Buffer): Buffer[] {
  const [unused, usage] = server ? SIGNS : SIGNS_CERTIFICATES;
  const common = [
    extension(OIDS.basicConstraints, server ? sequence() : sequence(tagged(0x01, Buffer.from([0xff]))), true),
    extension(OIDS.keyUsage, bits(unused ?? 0, Buffer.from([usage ?? 0])), true),
    extension(OIDS.subjectKeyIdentifier, tagged(0x04, keyId)),
    extension(OIDS.authorityKeyIdentifier, sequence(tagged(0x80, issuerKeyId))),
  ];
  if (server === undefined) return common;
  const names = server.names.map((name) => tagged(0x82, Buffer.from(name, "ascii")));
  const addresses = server.addresses.map((bytes) => tagged(0x87, Buffer.from(bytes)));
  return [
    ...common,
    extension(OIDS.extKeyUsage, sequence(oid(OIDS.serverAuth))),
    extension(OIDS.subjectAltName, sequence(...names, ...addresses)),
  ];
}

function extension(id: readonly number[], value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, tagged(0x04, value));
}

function commonName(name: string): Buffer {
  const attribute = sequence(oid(OIDS.commonName), tagged(0x0c, Buffer.from(name, "utf8")));
  return sequence(tagged(0x31, attribute));
}

/** Years from 2050 on have a form of their own. */
function time(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(text.slice(2), "ascii"))
    : tagged(0x18, Buffer.from(text, "ascii"));
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** A positive integer whose first byte is below 128. */
function integer(bytes: number[]): Buffer {
  return tagged(0x02, Buffer.from(bytes));
}

function bits(unused: number, bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unused]), bytes]));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** Tag, length, value: the whole of DER. */
function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").replaceAll(/.{64}(?!$)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

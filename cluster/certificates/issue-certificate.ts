import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import {
  flags,
  bitString,
  integer,
  member,
  memberOfParts,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
  yes,
} from "./der.js";

/** A certificate and its key, both in PEM; the key is PKCS#8. */
export interface Issued {
  certificate: string;
  key: string;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** What a certificate that serves is good for. */
export interface ServedNames {
  names: readonly string[];
  /** Each by its bytes. */
  addresses: readonly (readonly number[])[];
}

interface Issuer {
  commonName: string;
  key: string;
}

const SERIAL_BYTES = 16;
/** An uncompressed point of P-256, at the end of the key as DER writes it. */
const POINT_BYTES = 65;
const VERSION_3 = Buffer.from([2]);
const digitalSignature = 0x80;
const keyEncipherment = 0x20;
const keyCertSign = 0x04;
const cRLSign = 0x02;
const dnsName = 2;
const ipAddress = 7;

/**
 * Certificates of exactly the two forms the cluster begins with. The library that writes any form, which signs what clients ask for,
 * takes longer to load than the rest of a first start, and a fifth of the memory of an idle cluster.
 */
export function issueAuthority(commonName: string, validity: Validity): Issued {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const extensions = [
    extension("2.5.29.19", sequence(yes()), "critical"),
    extension("2.5.29.15", flags(digitalSignature | keyCertSign | cRLSign), "critical"),
  ];
  return { certificate: issue({ commonName, key, validity, extensions, issuer: { commonName, key } }), key };
}

/** A certificate for a server, by an authority of `issueAuthority` or one with such a key. */
export function issueServing(
  commonName: string,
  { validity, served, issuer }: { validity: Validity; served: ServedNames; issuer: Issuer },
): Issued {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const alternatives = [
    ...served.names.map((name) => member(dnsName, Buffer.from(name, "latin1"))),
    ...served.addresses.map((address) => member(ipAddress, Buffer.from(address))),
  ];
  const extensions = [
    extension("2.5.29.19", sequence(), "critical"),
    extension("2.5.29.15", flags(digitalSignature | keyEncipherment), "critical"),
    extension("2.5.29.37", sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", sequence(...alternatives)),
  ];
  return { certificate: issue({ commonName, key, validity, extensions, issuer }), key };
}

interface Content {
  commonName: string;
  key: string;
  validity: Validity;
  extensions: Buffer[];
  issuer: Issuer;
}

function issue({ commonName, key, validity, extensions, issuer }: Content): string {
  const algorithm = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
  const publicKey = publicKeyOf(key);
  const identifiers = [
    extension("2.5.29.14", octetString(identifierOf(publicKey))),
    extension("2.5.29.35", sequence(member(0, identifierOf(publicKeyOf(issuer.key))))),
  ];
  const signed = sequence(
    memberOfParts(0, integer(VERSION_3)),
    integer(randomBytes(SERIAL_BYTES)),
    algorithm,
    nameOf(issuer.commonName),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    nameOf(commonName),
    publicKey,
    memberOfParts(3, sequence(...extensions, ...identifiers)),
  );
  const signature = sign("sha256", signed, createPrivateKey(issuer.key));
  return pem(sequence(signed, algorithm, bitString(signature)));
}

function publicKeyOf(key: string): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function identifierOf(publicKey: Buffer): Buffer {
  return createHash("sha1").update(publicKey.subarray(-POINT_BYTES)).digest();
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier("2.5.4.3"), utf8String(commonName))));
}

function extension(identifier: string, value: Buffer, critical?: "critical"): Buffer {
  const marks = critical === undefined ? [] : [yes()];
  return sequence(objectIdentifier(identifier), ...marks, octetString(value));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

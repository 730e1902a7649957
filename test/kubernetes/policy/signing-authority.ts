import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

// Not by the package's own door, which puts itself between this process and the network.
import { type CTLog, initializeCA } from "@sigstore/mock/dist/fulcio/index.js";
import { initializeTLog } from "@sigstore/mock/dist/rekor/index.js";

import { digestOf, MANIFEST, type SmallRegistry } from "./small-registry.js";

export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const STATEMENT = "application/vnd.in-toto+json";
const SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
/** Where certificates say who vouched for their subject. */
const ISSUER_EXTENSION = "1.3.6.1.4.1.57264.1.8";

/** How something is signed. */
export interface Signing {
  subject: string;
  issuer: string;
  predicateType?: string;
  /** When the certificate was made; it is good for ten minutes. */
  certified?: Date;
}

/** A bundle as it stands in a registry. */
export interface TestBundle {
  verificationMaterial: {
    tlogEntries: {
      integratedTime: string;
      inclusionPromise?: object;
      inclusionProof: { checkpoint: { envelope: string } };
    }[];
  };
  dsseEnvelope: { payload: string; signatures: { sig: string }[] };
}

/** A certificate authority with its logs, as a public one is, for tests. */
export interface SigningAuthority {
  /** What an operator gives as `trustedRoot`. */
  trustedRoot: string;
  /** Signs the digest of an image without a key that anybody keeps. */
  sign(digest: string, signing: Signing): Promise<TestBundle>;
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" });

/** Makes one. */
export async function makeSigningAuthority(): Promise<SigningAuthority> {
  const [caKeys, ctKeys, logKeys] = [keyPair(), keyPair(), keyPair()];
  const ctLog = certificateLog(ctKeys);
  const ca = await initializeCA(caKeys, ctLog);
  const log = await initializeTLog("https://rekor.example.com", logKeys);
  const trustedLog = (publicKey: Uint8Array) => ({
    baseUrl: "https://rekor.example.com",
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(publicKey),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: "2020-01-01T00:00:00Z" },
    },
    logId: { keyId: base64(createHash("sha256").update(publicKey).digest()) },
  });
  return {
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      certificateAuthorities: [
        {
          uri: "https://fulcio.example.com",
          certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
          validFor: { start: "2020-01-01T00:00:00Z" },
        },
      ],
      tlogs: [trustedLog(log.publicKey)],
      ctlogs: [trustedLog(ctLog.publicKey)],
    }),
    sign: async (digest, { certified, ...signing }) => {
      // The same key and name, with another clock.
      const authority = certified ? await initializeCA(caKeys, ctLog, certified) : ca;
      const { privateKey, publicKey } = keyPair();
      const certificate = await authority.issueCertificate({
        publicKey: spki(publicKey),
        subjectAltName: signing.subject,
        extensions: [{ oid: ISSUER_EXTENSION, value: signing.issuer }],
      });
      const envelope = seal(digest, privateKey, signing.predicateType);
      const entry = await log.log(logEntry(envelope, certificate));
      return {
        mediaType: BUNDLE,
        verificationMaterial: {
          certificate: { rawBytes: base64(certificate) },
          tlogEntries: (Object.values(entry) as LogEntry[]).map(toBundled),
          timestampVerificationData: { rfc3161Timestamps: [] },
        },
        dsseEnvelope: envelope,
      };
    },
  };
}

/** Signs the digest of an image with a key, as `cosign sign --key` of version 3 does. */
export function bundleByKey(digest: string, key: KeyObject): object {
  return {
    mediaType: BUNDLE,
    verificationMaterial: { publicKey: { hint: "a key" }, tlogEntries: [] },
    dsseEnvelope: seal(digest, key),
  };
}

/** Puts a bundle where `cosign sign` does: a manifest that refers to the image. */
export function pushBundle(
  registry: SmallRegistry,
  { repository, digest, bundle }: { repository: string; digest: string; bundle: object },
): void {
  const bytes = Buffer.from(JSON.stringify(bundle));
  const config = Buffer.from("{}");
  registry.putBlob(bytes);
  registry.refer(repository, digest, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(config), size: config.length },
    layers: [{ mediaType: BUNDLE, digest: digestOf(bytes), size: bytes.length }],
    subject: { mediaType: MANIFEST, digest, size: 1 },
  });
}

/**
 * A log of certificates (RFC 6962): signs that it has seen one before it is issued. The mock's own now and then writes signatures that nobody can
 * read.
 */
function certificateLog({ publicKey, privateKey }: ReturnType<typeof keyPair>): CTLog {
  const logID = createHash("sha256").update(spki(publicKey)).digest();
  return {
    publicKey: spki(publicKey),
    logID,
    log: async (certificate, issuerID) => {
      const version = Buffer.from([0]);
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(Date.now()));
      const noExtensions = uint(2, 0);
      const body = toBeSigned(Buffer.from(certificate));
      const signed = [version, Buffer.from([0]), time, uint(2, 1), Buffer.from(issuerID)];
      const signature = sign(
        "sha256",
        Buffer.concat([...signed, uint(3, body.length), body, noExtensions]),
        privateKey,
      );
      // SHA-256 and ECDSA.
      const algorithms = Buffer.from([4, 3]);
      const sct = Buffer.concat([
        version,
        logID,
        time,
        noExtensions,
        algorithms,
        uint(2, signature.length),
        signature,
      ]);
      return new Uint8Array(Buffer.concat([uint(2, sct.length), sct])).buffer;
    },
  };
}

function uint(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** The first part of a certificate: both sequences are long enough to have four bytes of header. */
function toBeSigned(certificate: Buffer): Buffer {
  return certificate.subarray(4, 8 + certificate.readUInt16BE(6));
}

function seal(digest: string, key: KeyObject, predicateType = SIGNATURE_PREDICATE) {
  const [algorithm = "", value = ""] = digest.split(":");
  const payload = JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { [algorithm]: value } }],
    predicateType,
    predicate: {},
  });
  const encoded = `DSSEv1 ${STATEMENT.length} ${STATEMENT} ${payload.length} ${payload}`;
  const sig = base64(sign("sha256", Buffer.from(encoded), key));
  return { payload: base64(payload), payloadType: STATEMENT, signatures: [{ sig }] };
}

const sha256 = (text: string | Buffer) => ({
  algorithm: "sha256",
  value: createHash("sha256").update(text).digest("hex"),
});

/** What is put into the log of an envelope. */
function logEntry({ payload, signatures }: ReturnType<typeof seal>, certificate: Buffer): object {
  const pem = `-----BEGIN CERTIFICATE-----\n${base64(certificate)}\n-----END CERTIFICATE-----\n`;
  return {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: sha256(payload),
      payloadHash: sha256(Buffer.from(payload, "base64")),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: base64(pem) })),
    },
  };
}

interface LogEntry {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
  verification?: {
    signedEntryTimestamp?: string;
    inclusionProof?: { checkpoint: string; rootHash: string; treeSize: number; logIndex: number };
  };
}

function toBundled({ body, integratedTime, logID, logIndex, verification }: LogEntry) {
  const { inclusionProof: proof, signedEntryTimestamp } = verification ?? {};
  return {
    logIndex: String(logIndex),
    logId: { keyId: base64(Buffer.from(logID, "hex")) },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof?.logIndex),
      rootHash: base64(Buffer.from(proof?.rootHash ?? "", "hex")),
      treeSize: String(proof?.treeSize),
      hashes: [],
      checkpoint: { envelope: proof?.checkpoint ?? "" },
    },
    canonicalizedBody: body,
  };
}

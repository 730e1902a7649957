import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "./private-file.js";

/** What TLS serves, and what clients trust. All PEM. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 3650;
/** A certificate with less left is made anew at start. */
const RENEW_BEFORE_DAYS = 30;

const NAMES = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];
const ADDRESSES = ["127.0.0.1", "::1", "10.96.0.1"];

/** The certificates kept in `dataDir`, made on the first start, so that kubeconfigs stay valid. */
export async function loadCertificates(dataDir: string, now: Date): Promise<Certificates> {
  const path = join(dataDir, "certificates.json");
  const kept = readKept(path, now);
  if (kept !== undefined) return kept;
  const made = await makeCertificates(now);
  const renewAt = now.getTime() + (VALID_DAYS - RENEW_BEFORE_DAYS) * DAY_MS;
  writePrivateFile(path, JSON.stringify({ ...made, renewAt }));
  return made;
}

function readKept(path: string, now: Date): Certificates | undefined {
  if (!existsSync(path)) return undefined;
  const kept = JSON.parse(readFileSync(path, "utf8")) as Certificates & { renewAt: number };
  return now.getTime() < kept.renewAt ? kept : undefined;
}

async function makeCertificates(now: Date): Promise<Certificates> {
  // Loading it takes longer than all the rest of a start, and only the first one needs it.
  const { generate } = await import("selfsigned");
  const dates = { notBeforeDate: now, notAfterDate: new Date(now.getTime() + VALID_DAYS * DAY_MS) };
  const ca = await generate([{ name: "commonName", value: "lectern-cluster-ca" }], {
    ...dates,
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const serving = await generate([{ name: "commonName", value: "kube-apiserver" }], {
    ...dates,
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...NAMES.map((value) => ({ type: 2 as const, value })),
          ...ADDRESSES.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: serving.cert, key: serving.private };
}

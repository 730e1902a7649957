import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "./private-file.js";
import { issueCertificate } from "./x509.js";

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
/** The loopback of IPv4 and IPv6, and what pods would know the API by. */
const ADDRESSES = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  [10, 96, 0, 1],
];

/** The certificates kept in `dataDir`, made on the first start, so that kubeconfigs stay valid. */
export function loadCertificates(dataDir: string, now: Date): Certificates {
  const path = join(dataDir, "certificates.json");
  const kept = readKept(path, now);
  if (kept !== undefined) return kept;
  const made = makeCertificates(now);
  const renewAt = now.getTime() + (VALID_DAYS - RENEW_BEFORE_DAYS) * DAY_MS;
  writePrivateFile(path, JSON.stringify({ ...made, renewAt }));
  return made;
}

function readKept(path: string, now: Date): Certificates | undefined {
  if (!existsSync(path)) return undefined;
  const kept = JSON.parse(readFileSync(path, "utf8")) as Certificates & { renewAt: number };
  return now.getTime() < kept.renewAt ? kept : undefined;
}

function makeCertificates(now: Date): Certificates {
  const dates = { notBefore: now, notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MS) };
  const authority = issueCertificate({ name: "lectern-cluster-ca", ...dates });
  const server = { names: NAMES, addresses: ADDRESSES };
  const { cert, key } = issueCertificate({ name: "kube-apiserver", ...dates, server }, authority.issuer);
  return { ca: authority.cert, cert, key };
}

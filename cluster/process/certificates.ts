import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { issueAuthority, issueServing } from "../certificates/issue-certificate.js";
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
/** Both of loopback, and that of the Service `kubernetes`. */
const ADDRESSES = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  [10, 96, 0, 1],
];
const AUTHORITY_NAME = "lectern-cluster-ca";

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
  const validity = { notBefore: now, notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MS) };
  const authority = issueAuthority(AUTHORITY_NAME, validity);
  const issuer = { commonName: AUTHORITY_NAME, key: authority.key };
  const served = { names: NAMES, addresses: ADDRESSES };
  const serving = issueServing("kube-apiserver", { validity, served, issuer });
  return { ca: authority.certificate, cert: serving.certificate, key: serving.key };
}

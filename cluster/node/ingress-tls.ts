import type { ApiObject } from "../api/object.js";
import { issueAuthority, issueServing } from "../certificates/issue-certificate.js";
import type { Certificate, IngressTls } from "../containers/container-runtime.js";
import { namespaceOf } from "../controllers/object-keys.js";
import type { Ingress } from "../controllers/object-kinds.js";
import { certificateIn, type SecretCertificate } from "./secret-certificate.js";

export const INGRESS_TLS_PORT = 443;
/** Who an Ingress is where it has no certificate, in the words of ingress-nginx. */
const NOBODY = "Kubernetes Ingress Controller Fake Certificate";
const NOBODY_HOST = "ingress.local";
const YEAR_MS = 365 * 86_400_000;
/** Of one network, and entries of one Ingress that are looked at. */
const MOST_CERTIFICATES = 50;
/** Of one network that are looked at, as many as there are routes. */
const MOST_ENTRIES = 500;
/** Of all certificates of one network, as many as there are routes. */
const MOST_HOSTS = 500;
/** 256 KiB of all certificates of one network with their keys. */
const CERTIFICATES_BYTES = 256 * 1024;
const SSL_REDIRECT = "nginx.ingress.kubernetes.io/ssl-redirect";
const FORCED_REDIRECT = "nginx.ingress.kubernetes.io/force-ssl-redirect";
/** What answers requests in another way for TLS alone. */
export const TLS_ANNOTATIONS: readonly string[] = [SSL_REDIRECT, FORCED_REDIRECT];

/** Finds a Secret; `undefined` where there is none. */
export type FindSecret = (location: { namespace: string; name: string }) => ApiObject | undefined;

type TlsEntry = NonNullable<Ingress["spec"]["tls"]>[number];

/** The certificates of the hosts of Ingress objects, the oldest object first; what is beyond a bound is left out. */
export function tlsOf(
  ingresses: readonly Ingress[],
  findSecret: FindSecret,
  fallback: Certificate,
): IngressTls {
  const certificates: IngressTls["certificates"] = [];
  let [bytes, hosts] = [0, 0];
  for (const { ingress, entry } of entriesOfAll(ingresses)) {
    const read = readCertificate(ingress, entry.secretName, findSecret);
    if (typeof read === "string") continue;
    const { certificate, key, isFor } = read;
    const asked = hostsOf(ingress, entry).slice(0, MOST_HOSTS - hosts);
    hosts += asked.length;
    const own = asked.filter(isFor);
    const size = certificate.length + key.length;
    if (own.length === 0 || bytes + size > CERTIFICATES_BYTES) continue;
    bytes += size;
    certificates.push({ certificate, key, hosts: own });
    if (certificates.length === MOST_CERTIFICATES || hosts === MOST_HOSTS) break;
  }
  return { port: INGRESS_TLS_PORT, certificates, fallback };
}

/** Tells of a host of the Ingress whether requests for it belong on TLS: as with ingress-nginx, where it has some and does not say otherwise. */
export function forTls(ingress: Ingress): (host: string) => boolean {
  const { annotations = {} } = ingress.metadata;
  if (annotations[FORCED_REDIRECT] === "true") return () => true;
  if (annotations[SSL_REDIRECT] === "false") return () => false;
  const hosts = new Set(entriesOf(ingress).flatMap((entry) => hostsOf(ingress, entry)));
  return (host) => hosts.has(host);
}

/** Why hosts of the Ingress are answered with a certificate that nobody trusts, a sentence for each. */
export function tlsProblems(ingress: Ingress, findSecret: FindSecret): string[] {
  return entriesOf(ingress).flatMap((entry) => {
    const read = readCertificate(ingress, entry.secretName, findSecret);
    const hosts = hostsOf(ingress, entry);
    if (typeof read === "string") return hosts.length > 0 ? `${read}: ${untrusted(hosts)}` : read;
    const others = hosts.filter((host) => !read.isFor(host));
    return others.length === 0
      ? []
      : `The certificate of the Secret ${String(entry.secretName)} is for other hosts: ${untrusted(others)}`;
  });
}

/** The certificate of hosts that have none. */
export function issueFallback(now = Date.now()): Certificate {
  const validity = { notBefore: new Date(now - 86_400_000), notAfter: new Date(now + YEAR_MS) };
  const { key } = issueAuthority(NOBODY, validity);
  const served = { names: [NOBODY_HOST], addresses: [] };
  return issueServing(NOBODY, { validity, served, issuer: { commonName: NOBODY, key } });
}

function untrusted(hosts: readonly string[]): string {
  return `${hosts.join(", ")} ${hosts.length === 1 ? "has" : "have"} a certificate that nobody trusts`;
}

function* entriesOfAll(ingresses: readonly Ingress[]): Generator<{ ingress: Ingress; entry: TlsEntry }> {
  let left = MOST_ENTRIES;
  for (const ingress of ingresses)
    for (const entry of entriesOf(ingress)) {
      if (left === 0) return;
      left -= 1;
      yield { ingress, entry };
    }
}

function entriesOf({ spec }: Ingress): TlsEntry[] {
  return (spec.tls ?? []).slice(0, MOST_CERTIFICATES);
}

/** Those that are listed, else all that the rules name. */
function hostsOf({ spec }: Ingress, { hosts = [] }: TlsEntry): string[] {
  const named = hosts.length > 0 ? hosts : (spec.rules ?? []).flatMap(({ host }) => host ?? []);
  return named.slice(0, MOST_HOSTS).map((host) => host.toLowerCase());
}

/** The certificate of the Secret, or what is wrong with it. */
function readCertificate(
  ingress: Ingress,
  name: string | undefined,
  findSecret: FindSecret,
): SecretCertificate | string {
  if (name === undefined) return "spec.tls names no Secret";
  const secret = findSecret({ namespace: namespaceOf(ingress), name });
  return secret === undefined ? `There is no Secret ${name}` : certificateIn(secret);
}

import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import {
  type KubernetesClient,
  KubernetesError,
  isAlreadyThere,
} from "../../kubernetes/node/kubernetes-client.js";
import { type KeyPair, issueCertificate, makeAuthority } from "./certificates.js";
import type { ServerIdentity } from "./dial-tls.js";
import { hostNameOf } from "./host-name.js";

const DAY_MS = 24 * 60 * 60_000;
/** An authority is replaced in the middle of its life, so that every host has long had the next one when the last one ends. */
const AUTHORITY_MS = 365 * DAY_MS;
/** A new authority is believed at once and signs after this: the kubelet needs two minutes to bring it to every host. */
const SPREAD_MS = 60 * 60_000;
/** Certificates of both ends are replaced in the middle of their life. */
const CERTIFICATE_MS = DAY_MS;
/** How long what the Secret holds is believed without a look. */
const FRESH_MS = 5 * 60_000;
const NAMESPACE = "lectern-system";
const SECRET = "lectern-shells-authority";
const ENTRY = "authorities.json";
const ATTEMPTS = 5;
/** The subject of the one certificate that hosts take calls from. */
const SERVER_SUBJECT = "lectern-server";

/** A certificate authority and when it was made, epoch milliseconds. */
export interface Authority extends KeyPair {
  madeAt: number;
}

/** The authority that signs at a moment: the newest that every host has had time to learn of. */
export function signingAuthority(authorities: readonly Authority[], now: number): Authority | undefined {
  const known = authorities.filter(({ madeAt }) => madeAt + SPREAD_MS <= now);
  return known.toSorted(byAge).at(-1) ?? authorities.toSorted(byAge)[0];
}

/** Those whose certificates still count, oldest first. */
export function livingAuthorities(authorities: readonly Authority[], now: number): Authority[] {
  return authorities.filter(({ madeAt }) => madeAt + AUTHORITY_MS > now).toSorted(byAge);
}

/** Whether it is time for a next one. */
export function needsAuthority(authorities: readonly Authority[], now: number): boolean {
  return !authorities.some(({ madeAt }) => madeAt + AUTHORITY_MS / 2 > now);
}

function byAge(one: Authority, other: Authority): number {
  return one.madeAt - other.madeAt;
}

/** What a session's host is given. */
export interface HostCertificate {
  pair: KeyPair;
  /** PEM of every authority that counts. */
  ca: string;
  /** Epoch milliseconds. */
  renewAt: number;
}

interface StoredSecret {
  metadata: { resourceVersion?: string };
  data?: Record<string, string>;
}

/** The authority of all servers on one cluster, kept in a Secret, and what it has signed for this server. */
export class AuthorityStore {
  readonly #client: KubernetesClient;
  readonly #now: () => number;
  #known: { authorities: Authority[]; readAt: number } | undefined;
  #identity: { pair: KeyPair; signedBy: string; renewAt: number } | undefined;

  constructor(client: KubernetesClient, now: () => number = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /** What this server shows to hosts. Throws KubernetesError. */
  async identity(): Promise<ServerIdentity> {
    const { signer, ca } = await this.#current();
    const now = this.#now();
    if (this.#identity?.signedBy !== signer.cert || this.#identity.renewAt <= now) {
      const request = { subject: SERVER_SUBJECT, usage: "client", lifetimeMs: CERTIFICATE_MS } as const;
      const pair = await issueCertificate(signer, request, now);
      this.#identity = { pair, signedBy: signer.cert, renewAt: now + CERTIFICATE_MS / 2 };
    }
    return { ...this.#identity.pair, ca };
  }

  /** Signs for a session's host. Throws KubernetesError. */
  async hostCertificate(session: string): Promise<HostCertificate> {
    const { signer, ca } = await this.#current();
    const now = this.#now();
    const request = {
      subject: session,
      usage: "host",
      name: hostNameOf(session),
      lifetimeMs: CERTIFICATE_MS,
    } as const;
    return { pair: await issueCertificate(signer, request, now), ca, renewAt: now + CERTIFICATE_MS / 2 };
  }

  async #current(): Promise<{ signer: Authority; ca: string }> {
    const now = this.#now();
    if (!this.#known || now - this.#known.readAt > FRESH_MS)
      this.#known = { authorities: await this.#load(), readAt: now };
    const living = livingAuthorities(this.#known.authorities, now);
    const signer = signingAuthority(living, now);
    if (!signer) throw new Error(`Secret ${NAMESPACE}/${SECRET} holds no authority that is still valid`);
    return { signer, ca: living.map(({ cert }) => cert).join("") };
  }

  /** Reads the Secret, and adds the next authority where it is time; another server may be doing the same. */
  async #load(): Promise<Authority[]> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.#read();
      const authorities = livingAuthorities(found.authorities, this.#now());
      if (!needsAuthority(authorities, this.#now())) return authorities;
      const made = { ...(await makeAuthority(AUTHORITY_MS, this.#now())), madeAt: this.#now() };
      const next = [...authorities, made];
      if (await this.#write(next, found.resourceVersion)) return next;
      await pauseAfterConflict(attempt);
    }
    throw new Error(`Secret ${NAMESPACE}/${SECRET} was changed by somebody else again and again`);
  }

  async #read(): Promise<{ authorities: Authority[]; resourceVersion?: string }> {
    try {
      const secret = await this.#client.get<StoredSecret>(
        `/api/v1/namespaces/${NAMESPACE}/secrets/${SECRET}`,
      );
      const text = Buffer.from(secret.data?.[ENTRY] ?? "", "base64").toString("utf8") || "[]";
      const { resourceVersion } = secret.metadata;
      return {
        authorities: JSON.parse(text) as Authority[],
        ...(resourceVersion !== undefined && { resourceVersion }),
      };
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return { authorities: [] };
      throw error;
    }
  }

  /** False where somebody else was first. */
  async #write(authorities: Authority[], resourceVersion: string | undefined): Promise<boolean> {
    const collection = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    const body = {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: SECRET, ...(resourceVersion !== undefined && { resourceVersion }) },
      data: { [ENTRY]: Buffer.from(JSON.stringify(authorities)).toString("base64") },
    };
    try {
      if (resourceVersion === undefined) {
        await ensureNamespace(this.#client, NAMESPACE);
        await this.#client.create(collection, body);
      } else await this.#client.call({ method: "PUT", path: `${collection}/${SECRET}`, body });
      return true;
    } catch (error) {
      if (isAlreadyThere(error) || (error instanceof KubernetesError && error.status === 409)) return false;
      throw error;
    }
  }
}

/** Makes a namespace where there is none. */
export async function ensureNamespace(
  client: KubernetesClient,
  name: string,
  labels: Record<string, string> = {},
): Promise<void> {
  try {
    await client.create("/api/v1/namespaces", { metadata: { name, labels } });
  } catch (error) {
    if (isAlreadyThere(error)) return;
    // Whoever may not make namespaces may have been given this one.
    if (error instanceof KubernetesError && error.status === 403) {
      await client.get(`/api/v1/namespaces/${name}`);
      return;
    }
    throw error;
  }
}

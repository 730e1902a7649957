import { createHash } from "node:crypto";

import { causeOf, discard, readBounded } from "./bounded-body.js";
import type { Registry } from "./registries.js";
import { RegistryError } from "./registry-error.js";
import { authorize } from "./registry-token.js";

/** What a registry need not take more of by the distribution specification. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** From a registry to where its contents are, and once more from there. */
const MAX_REDIRECTS = 2;

const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const DIGEST_HEADER = "docker-content-digest";

/** A manifest or list of manifests, byte by byte as the registry has it. */
export interface FetchedManifest {
  digest: string;
  body: Buffer;
}

/**
 * Reads one repository of one registry by the OCI distribution specification. What it answers has the digest that it is asked by or that is said of it.
 * Throws `RegistryError`, and the reason of the signal.
 */
export class RegistryClient {
  readonly #registry: Registry;
  readonly #repository: string;
  readonly #signal: AbortSignal;
  #authorization: string | undefined;

  constructor(registry: Registry, { repository, signal }: { repository: string; signal: AbortSignal }) {
    this.#registry = registry;
    this.#repository = repository;
    this.#signal = signal;
  }

  /** The digest a tag means; one that is known is only asked for, not read anew. `undefined` where there is no such tag. */
  async digestOf(tag: string, known?: string): Promise<string | undefined> {
    if (known !== undefined) {
      const response = await this.#ask("HEAD", `manifests/${tag}`);
      await discard(response);
      if (response.ok && response.headers.get(DIGEST_HEADER) === known) return known;
    }
    return (await this.manifest(tag))?.digest;
  }

  /** By tag or digest; `undefined` where there is none. */
  async manifest(reference: string): Promise<FetchedManifest | undefined> {
    const body = await this.#read(`manifests/${reference}`, MAX_MANIFEST_BYTES);
    if (!body) return undefined;
    const said = reference.includes(":") ? reference : body.said;
    const digest = digestLike(said ?? "", body.bytes);
    if (said !== undefined && said !== digest)
      throw new RegistryError(`what it sends for ${reference} has the digest ${digest}, and not ${said}`);
    return { digest, body: body.bytes };
  }

  /** A blob by its digest; `undefined` where there is none. */
  async blob(digest: string, maxBytes: number): Promise<Buffer | undefined> {
    const body = await this.#read(`blobs/${digest}`, maxBytes);
    if (body && digestLike(digest, body.bytes) !== digest)
      throw new RegistryError(`what it sends for ${digest} has another digest`);
    return body?.bytes;
  }

  /** What of a type refers to a manifest, as an index, which may hold others as well; `undefined` where the registry does not keep that. */
  async referrers(digest: string, artifactType: string): Promise<Buffer | undefined> {
    const filter = new URLSearchParams({ artifactType }).toString();
    return (await this.#read(`referrers/${digest}?${filter}`, MAX_MANIFEST_BYTES))?.bytes;
  }

  async #read(path: string, maxBytes: number): Promise<{ bytes: Buffer; said?: string } | undefined> {
    const response = await this.#ask("GET", path);
    if (response.status === 404) {
      await discard(response);
      return undefined;
    }
    if (!response.ok) {
      await discard(response);
      throw new RegistryError(answerWords(response.status, path));
    }
    const said = response.headers.get(DIGEST_HEADER);
    return { bytes: await readBounded(response, maxBytes), ...(said !== null && { said }) };
  }

  /** With a token, where the registry wants one. */
  async #ask(method: "GET" | "HEAD", path: string): Promise<Response> {
    const first = await this.#send(method, path);
    if (first.status !== 401 || this.#authorization !== undefined) return first;
    await discard(first);
    const challenge = first.headers.get("www-authenticate") ?? "";
    const asked = { challenge, repository: this.#repository, signal: this.#signal };
    this.#authorization = await authorize(this.#registry, asked);
    return this.#send(method, path);
  }

  async #send(method: "GET" | "HEAD", path: string): Promise<Response> {
    const start = new URL(`/v2/${this.#repository}/${path}`, this.#registry.endpoint);
    const headers = {
      accept: path.startsWith("manifests/") ? MANIFEST_TYPES : "*/*",
      ...(this.#authorization !== undefined && { authorization: this.#authorization }),
    };
    let response = await this.#call(start, { method, headers });
    for (let left = MAX_REDIRECTS; isRedirect(response); left--) {
      await discard(response);
      const next = this.#redirected(start, response.headers.get("location") ?? "");
      if (left === 0) throw new RegistryError("it sends from one address to another without end");
      // Whoever keeps the contents has no business with the token.
      response = await this.#call(next, { method, headers: next.host === start.host ? headers : {} });
    }
    return response;
  }

  async #call(url: URL, init: { method: string; headers: Record<string, string> }): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: "manual", signal: this.#signal });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw new RegistryError(`it does not answer: ${causeOf(error)}`, { cause: error });
    }
  }

  #redirected(from: URL, location: string): URL {
    const { endpoint, contentHosts } = this.#registry;
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const isSafe = url?.protocol === "https:" || url?.protocol === endpoint.protocol;
    if (url && isSafe && contentHosts.includes(url.host)) return url;
    throw new RegistryError(
      `it sends to ${url?.host ?? "no address"}, which the operator does not let it be asked at (contentHosts)`,
    );
  }
}

function isRedirect({ status }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function answerWords(status: number, path: string): string {
  if (status === 401 || status === 403)
    return `it does not let this be read (${status}); where it is not public, the operator gives a username and password`;
  if (status === 429) return "it takes no more requests for now (429)";
  return `it answers ${status} to ${path.slice(0, path.indexOf("/"))}`;
}

/** By the algorithm of another digest; SHA-256 where that has none. */
function digestLike(other: string, bytes: Buffer): string {
  const algorithm = /^(sha256|sha384|sha512):/.exec(other)?.[1] ?? "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

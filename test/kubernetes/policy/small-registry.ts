import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";

const INDEX = "application/vnd.oci.image.index.v1+json";
export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A registry of our own on loopback: the part of the OCI distribution specification that reads, behind tokens. */
export interface SmallRegistry {
  /** As images name it: `127.0.0.1:PORT`. */
  host: string;
  /** Every request it got, as `GET /v2/...`. */
  requests: string[];
  /** Puts an image under a tag, and answers its digest; another `content` is another image. */
  push(repository: string, tag: string, content?: string): string;
  /** Puts any manifest under a tag or its digest. */
  putManifest(repository: string, reference: string, manifest: object): string;
  putBlob(bytes: Buffer): string;
  /** What it has under a tag or digest. */
  manifestOf(repository: string, reference: string): unknown;
  /** Puts a manifest that refers to another one, and answers its digest. */
  refer(repository: string, digest: string, manifest: object): string;
  /** Whether it answers what refers to a manifest; one that does not has that under a tag. */
  keepsReferrers: boolean;
  /** What it does instead of answering. */
  misbehave(how: Misbehaviour | undefined): void;
  close(): Promise<void>;
}

/** It says nothing, sends what has another digest, sends elsewhere, wants tokens from there, or ends no answer as it should. */
export type Misbehaviour =
  | { kind: "silent" }
  | { kind: "lies" }
  | { kind: "redirects"; to: string }
  | { kind: "token"; realm: string }
  | { kind: "endless" }
  | { kind: "breaks off" };

interface Stored {
  bytes: Buffer;
  type: string;
}

/** Starts it; whoever starts it closes it. */
export async function startSmallRegistry(): Promise<SmallRegistry> {
  const manifests = new Map<string, Stored>();
  const blobs = new Map<string, Buffer>();
  const requests: string[] = [];
  let misbehaviour: Misbehaviour | undefined;
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    if (misbehaviour && misbehave(misbehaviour, request, response)) return;
    answer({ manifests, blobs, host: host() }, request, response);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const putManifest = (repository: string, reference: string, manifest: object) => {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const type = (manifest as { mediaType?: string }).mediaType ?? MANIFEST;
    manifests.set(`${repository}/${reference}`, { bytes, type });
    manifests.set(`${repository}/${digestOf(bytes)}`, { bytes, type });
    return digestOf(bytes);
  };
  const referrers = new Map<string, object[]>();
  const refer: SmallRegistry["refer"] = (repository, digest, manifest) => {
    const own = putManifest(repository, digestOf(JSON.stringify(manifest)), manifest);
    const { mediaType, artifactType } = manifest as { mediaType?: string; artifactType?: string };
    const all = [...(referrers.get(digest) ?? []), { mediaType, artifactType, digest: own, size: 1 }];
    referrers.set(digest, all);
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: all };
    const where = registry.keepsReferrers ? `${REFERRERS}${digest}` : digest.replace(":", "-");
    putManifest(repository, where, index);
    return own;
  };
  const registry: SmallRegistry = {
    host: host(),
    requests,
    refer,
    keepsReferrers: true,
    push: (repository, tag, content = "first") =>
      putManifest(repository, tag, {
        schemaVersion: 2,
        mediaType: INDEX,
        manifests: [],
        annotations: { content },
      }),
    putManifest,
    putBlob: (bytes) => {
      blobs.set(digestOf(bytes), bytes);
      return digestOf(bytes);
    },
    manifestOf: (repository, reference) =>
      JSON.parse(manifests.get(`${repository}/${reference}`)?.bytes.toString("utf8") ?? "null") as unknown,
    misbehave: (how) => {
      misbehaviour = how;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return registry;
}

/** Before the digests that something refers to, among the names of manifests. */
const REFERRERS = "referrers of ";

const TOKEN = "let-me-read";

interface Contents {
  manifests: Map<string, Stored>;
  blobs: Map<string, Buffer>;
  host: string;
}

function answer(
  { manifests, blobs, host }: Contents,
  { method, url = "", headers }: IncomingMessage,
  response: ServerResponse,
): void {
  if (url.startsWith("/token?")) {
    response.end(JSON.stringify({ token: TOKEN }));
    return;
  }
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    const challenge = `Bearer realm="http://${host}/token",service="small"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return;
  }
  const [, repository = "", kind = "", reference = ""] =
    /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/?]+)(?:\?|$)/.exec(url) ?? [];
  const blob = kind === "blobs" ? blobs.get(reference) : undefined;
  const name = `${kind === "referrers" ? REFERRERS : ""}${reference}`;
  const manifest = kind === "blobs" ? undefined : manifests.get(`${repository}/${name}`);
  const found = blob ? { bytes: blob, type: "application/octet-stream" } : manifest;
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": found.type, "docker-content-digest": digestOf(found.bytes) });
  response.end(method === "HEAD" ? undefined : found.bytes);
}

/** Whether it has answered, or never will. */
function misbehave(how: Misbehaviour, { headers }: IncomingMessage, response: ServerResponse): boolean {
  if (how.kind === "silent") return true;
  if (how.kind === "token") {
    response.writeHead(401, { "www-authenticate": `Bearer realm="${how.realm}"` }).end();
    return true;
  }
  if (how.kind === "redirects") {
    response.writeHead(307, { location: how.to }).end();
    return true;
  }
  if (headers.authorization === undefined) return false;
  response.writeHead(200, {
    "content-type": MANIFEST,
    "docker-content-digest": `sha256:${"0".repeat(64)}`,
  });
  if (how.kind === "lies") response.end("{}");
  else if (how.kind === "breaks off") response.write("{", () => response.destroy());
  else Readable.from(withoutEnd()).pipe(response);
  return true;
}

async function* withoutEnd(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(65_536, " ");
    await nextTurn();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { freePort } from "./free-port.js";
import { until } from "./lectern-process.js";

/** What one entry of a layer is made of; a file where no type is named. */
export type Entry = Partial<Header> & { name: string; content?: string };

export const GZIP_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const START_MS = 20_000;

/** A layer as it is pushed. */
export interface Layer {
  mediaType: string;
  bytes: Buffer;
  /** What the manifest says it has, where that is not so. */
  size?: number;
}

/** Debian's registry of the distribution API, on a folder that several may share. */
export class Registry {
  /** As a reference of an image begins. */
  readonly host: string;
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, { host, url }: { host: string; url: string }) {
    this.#process = process;
    this.host = host;
    this.#url = url;
  }

  /** Starts one at an address of this machine; `http` and `auth` are parts of its configuration. */
  static async start(
    folder: string,
    { address = "127.0.0.1", http = {}, auth }: { address?: string; http?: object; auth?: object } = {},
  ): Promise<Registry> {
    const port = await freePort();
    const host = `${address}:${String(port)}`;
    const file = join(folder, `registry-${String(port)}.json`);
    const storage = { filesystem: { rootdirectory: join(folder, "storage") } };
    const settings = { version: "0.1", log: { level: "error" }, storage, http: { addr: host, ...http } };
    mkdirSync(folder, { recursive: true });
    // JSON is YAML as well.
    writeFileSync(file, JSON.stringify(auth ? { ...settings, auth } : settings));
    const said = `${file}.log`;
    const log = openSync(said, "a");
    const child = spawn("docker-registry", ["serve", file], { stdio: ["ignore", "ignore", log] });
    closeSync(log);
    const waiting = () => `the registry listens at ${host}: ${readFileSync(said, "utf8")}`;
    await until(waiting, START_MS, () => answers(port));
    return new Registry(child, { host, url: `http://${host}/v2/` });
  }

  stop(): void {
    this.#process.kill();
  }

  /** Pushes an image of these layers, the first at the bottom; returns its digest. */
  async push(name: string, layers: readonly Layer[]): Promise<string> {
    const [repository = "", tag = "latest"] = name.split(":");
    const config = await this.#pushBlob(repository, Buffer.from("{}"));
    const described = [];
    for (const { mediaType, bytes, size = bytes.length } of layers)
      described.push({ mediaType, digest: await this.#pushBlob(repository, bytes), size });
    return this.pushManifest(repository, tag, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: 2 },
      layers: described,
    });
  }

  /** Pushes a manifest whose parts are there; returns its digest. */
  async pushManifest(
    repository: string,
    tag: string,
    manifest: { mediaType: string; [key: string]: unknown },
  ): Promise<string> {
    const body = JSON.stringify(manifest);
    const headers = { "content-type": manifest.mediaType };
    await this.#send(`${repository}/manifests/${tag}`, { method: "PUT", headers, body });
    return digestOf(Buffer.from(body));
  }

  async #pushBlob(repository: string, bytes: Buffer): Promise<string> {
    const digest = digestOf(bytes);
    const begun = await this.#send(`${repository}/blobs/uploads/`, { method: "POST" });
    const url = new URL(begun.headers.get("location") ?? "", this.#url);
    url.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    await this.#send(url.href, { method: "PUT", headers, body: new Uint8Array(bytes) });
    return digest;
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(new URL(path, this.#url), init);
    if (answer.ok) return answer;
    throw new Error(`the registry answers ${String(answer.status)} to ${path}: ${await answer.text()}`);
  }
}

/** A layer with these entries, compressed as most are. */
export async function layer(entries: readonly Entry[]): Promise<Layer> {
  return { mediaType: GZIP_LAYER, bytes: gzipSync(await tarOf(entries)) };
}

/** The tar of these entries. */
export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const packing = pack();
  for (const { content, ...header } of entries) packing.entry(header, content ?? "");
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A digest without its algorithm, as a Workshop's revision is. */
export function hexOf(digest: string): string {
  return digest.replace("sha256:", "");
}

/** A lab of one page whose first step succeeds. */
export function labFiles(title: string): Entry[] {
  return [
    { name: "workshop.yaml", content: `title: ${title}\n` },
    { name: "pages/", type: "directory" },
    { name: "pages/01-one.md", content: `# ${title}\n\n\`\`\`execute-1\necho done\n\`\`\`\n` },
  ];
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(undefined));
  });
}

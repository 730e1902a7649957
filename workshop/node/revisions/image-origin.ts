import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DeadlineError, withDeadline } from "../../../kubernetes/node/deadline.js";
import type { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import { WorkshopError } from "../../common/errors.js";
import { BoundedBytes, VerifiedBytes } from "./checked-bytes.js";
import { type ImageLayer, MANIFEST_TYPES, readManifest } from "./image-manifest.js";
import { parseImageReference } from "./image-reference.js";
import { type LabOrigin, MAX_TAR_BYTES, sourceUnusable } from "./lab-origin.js";
import { readAuthorities } from "./read-authorities.js";
import { RegistryClient } from "./registry-client.js";
import { registryCredentials } from "./registry-credentials.js";
import { LabUnpacker } from "./unpack-lab.js";
import type { ImageSource } from "./workshop-resource.js";

/** A registry that needs longer to name a digest is not there. */
const ASK_MS = 20_000;
/** As for git: an author who has pushed waits no longer. */
const REST_MS = 15_000;
/** For one revision of a lab over a slow line. */
const FETCH_MS = 120_000;

/** Where an image's credentials are, and the variables that name certificates of authorities. */
export interface ImageSurroundings {
  client: KubernetesClient;
  environment: Readonly<Record<string, string>>;
}

/** A lab in an image or artifact of a registry; the revision is the digest of its manifest, without `sha256:`. */
export function imageOrigin(source: ImageSource, surroundings: ImageSurroundings): LabOrigin {
  const { reference, path } = source;
  const title = `image ${reference}${path === undefined ? "" : ` ${path}`}`;
  return {
    title,
    restMs: REST_MS,
    newest: (signal) =>
      within(ASK_MS, { reference, signal }, (bounded) => newestDigest(source, surroundings, bounded)),
    write: (revision, folder, signal) =>
      within(FETCH_MS, { reference, signal }, async (bounded) => {
        const registry = await openRegistry(source, surroundings, bounded);
        await writeLayers(registry, { digest: `sha256:${revision}`, folder, source });
      }),
  };
}

async function within<Result>(
  timeoutMs: number,
  { reference, signal }: { reference: string; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await withDeadline(timeoutMs, signal, work);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw sourceUnusable(`${reference} could not be read: ${error.message}.`, error);
  }
}

async function openRegistry(
  { reference, pullSecret }: ImageSource,
  { client, environment }: ImageSurroundings,
  signal: AbortSignal,
): Promise<RegistryClient> {
  const { registry, repository } = parseImageReference(reference);
  const authorities = await readAuthorities(environment);
  const credentials =
    pullSecret === undefined
      ? undefined
      : await registryCredentials(client, { secret: pullSecret, registry }, signal);
  return new RegistryClient({
    registry,
    repository,
    signal,
    ...(authorities ? { authorities } : {}),
    ...(credentials ? { credentials } : {}),
  });
}

async function newestDigest(
  source: ImageSource,
  surroundings: ImageSurroundings,
  signal: AbortSignal,
): Promise<string> {
  const { tag, digest } = parseImageReference(source.reference);
  if (digest !== undefined) return hexOf(digest);
  const registry = await openRegistry(source, surroundings, signal);
  const answer = await registry.open(`manifests/${tag}`, { method: "HEAD", accept: MANIFEST_TYPES });
  answer.resume();
  const told = String(answer.headers["docker-content-digest"] ?? "");
  // The header is a registry's to leave out.
  if (/^sha256:[0-9a-f]{64}$/.test(told)) return hexOf(told);
  return sha256(await registry.read(`manifests/${tag}`, { accept: MANIFEST_TYPES }));
}

interface Writing {
  digest: string;
  folder: string;
  source: ImageSource;
}

async function writeLayers(registry: RegistryClient, { digest, folder, source }: Writing): Promise<void> {
  const unpacker = new LabUnpacker(folder, source.path === undefined ? {} : { path: source.path });
  const bounded = { left: MAX_TAR_BYTES };
  for (const layer of (await layersOf(registry, digest, source.reference)).toReversed())
    await addLayer(registry, layer, { unpacker, bounded, title: source.reference });
  if (unpacker.isEmpty)
    throw sourceUnusable(
      source.path === undefined
        ? `${source.reference} holds no files.`
        : `${source.reference} has no folder ${source.path} with files in it.`,
    );
}

async function layersOf(
  registry: RegistryClient,
  digest: string,
  title: string,
): Promise<readonly ImageLayer[]> {
  let wanted = digest;
  for (const isLast of [false, true]) {
    const text = await registry.read(`manifests/${wanted}`, { accept: MANIFEST_TYPES });
    if (sha256(text) !== hexOf(wanted))
      throw sourceUnusable(`The registry gives another manifest of ${title} than ${wanted}.`);
    const content = readManifest(text.toString("utf8"), title);
    if ("layers" in content) return content.layers;
    if (!isLast) wanted = content.digest;
  }
  throw sourceUnusable(`${title} names an index where an image is due.`);
}

async function addLayer(
  registry: RegistryClient,
  { digest, size, isCompressed }: ImageLayer,
  { unpacker, bounded, title }: { unpacker: LabUnpacker; bounded: { left: number }; title: string },
): Promise<void> {
  const body = await registry.open(`blobs/${digest}`);
  const verified = new VerifiedBytes({ digest: hexOf(digest), size, title });
  const tar = new BoundedBytes(bounded);
  const reading = isCompressed
    ? pipeline(body, verified, createGunzip(), tar)
    : pipeline(body, verified, tar);
  // What is wrong with a file counts more than that its tar was read no further.
  const [unpacked, read] = await Promise.allSettled([unpacker.addLayer(tar), reading]);
  const failures = [unpacked, read].flatMap((end) =>
    end.status === "rejected" ? [end.reason as unknown] : [],
  );
  const inWords = failures.find((failure) => failure instanceof WorkshopError);
  if (inWords !== undefined) throw inWords;
  if (failures.length > 0)
    throw sourceUnusable(`A layer of ${title} cannot be read: ${wordsOf(failures[0])}.`, failures[0]);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

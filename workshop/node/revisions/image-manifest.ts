import { z } from "zod";
import { MAX_LAB_BYTES, sourceUnusable } from "./lab-origin.js";
import { jsonOf } from "./registry-answers.js";

/** More than any image's; each is a call. */
const MAX_LAYERS = 128;

/** Kinds of manifests that are read: of the OCI image specification and, before it, of Docker. */
export const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const Layer = z.object({ mediaType: z.string(), digest: Digest, size: z.int().nonnegative() });
const Platform = z.object({ os: z.optional(z.string()), architecture: z.optional(z.string()) });
const Manifest = z.object({ layers: z.array(Layer).max(MAX_LAYERS) });
const Index = z.object({ manifests: z.array(z.object({ digest: Digest, platform: z.optional(Platform) })) });

/** A layer whose bytes are a tar, plain or compressed by gzip. */
export interface ImageLayer {
  digest: string;
  /** Bytes of it as the registry keeps it. */
  size: number;
  isCompressed: boolean;
}

/** What a manifest comes to: its layers, or where it names manifests of several platforms, the digest of the one to read instead. */
export type ManifestContent = { layers: readonly ImageLayer[] } | { digest: string };

/** Reads a manifest. Throws LAB_SOURCE_UNUSABLE for what is none, and for layers that are too large together or no tars. */
export function readManifest(text: string, title: string): ManifestContent {
  const value = jsonOf(text);
  const index = Index.safeParse(value);
  if (index.success) return { digest: forThisMachine(index.data.manifests, title) };
  const manifest = Manifest.safeParse(value);
  if (!manifest.success)
    throw sourceUnusable(
      `${title} has no manifest that can be read: it is no image and no artifact with layers.`,
    );
  const { layers } = manifest.data;
  if (layers.reduce((sum, { size }) => sum + size, 0) > MAX_LAB_BYTES)
    throw sourceUnusable(
      `${title} holds more than ${String(MAX_LAB_BYTES / 1024 / 1024)} MB. An image of labs holds nothing else: build it FROM scratch.`,
    );
  return { layers: layers.map((layer) => readLayer(layer, title)) };
}

function readLayer({ mediaType, digest, size }: z.infer<typeof Layer>, title: string): ImageLayer {
  const [, compression] = /[.+]tar([.+]gzip)?$/.exec(mediaType) ?? [undefined, "no"];
  if (compression !== "no") return { digest, size, isCompressed: compression !== undefined };
  throw sourceUnusable(
    `${title} has a layer of type ${mediaType.slice(0, 100)}; a lab's layers are tars, plain or compressed by gzip.`,
  );
}

/** A lab is the same for all platforms. Attestations, which stand beside images, are for an unknown one. */
function forThisMachine(manifests: z.infer<typeof Index>["manifests"], title: string): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const images = manifests.filter(({ platform }) => platform?.os !== "unknown");
  const chosen = images.find(({ platform }) => platform?.architecture === architecture) ?? images[0];
  if (chosen) return chosen.digest;
  throw sourceUnusable(`${title} names no image.`);
}

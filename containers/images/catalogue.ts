import { createHash } from "node:crypto";
import { type ImageReference, parseImage } from "../../policy/common/reference.js";
import type { CatalogueEntry } from "./entry.js";
import { ENTRIES } from "./entries.js";
import type { Image, ImageAnswer, ImageFile } from "./image.js";
import { layerFiles } from "./layers.js";
import { hasTag, versionOf } from "./tags.js";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const made = new Map<string, Image>();

/**
 * What the catalogue has for an image as a pod names it. A reference with a digest is unknown, however well known its name: the
 * digest promises content that nobody here has.
 */
export function findImage(name: string): ImageAnswer {
  const parsed = parseImage(name);
  if (!parsed.ok || parsed.reference.digest !== "") return { kind: "unknown" };
  const repository = repositoryOf(parsed.reference);
  const entry = ENTRIES.find(({ repositories }) => repositories.includes(repository));
  if (entry === undefined) return { kind: "unknown" };
  const { effectiveTag } = parsed.reference;
  if (!hasTag(entry.tags, effectiveTag)) {
    return { kind: "missing", message: notFound(`${repository}:${effectiveTag}`) };
  }
  const message = `image ${JSON.stringify(name)} is played by Lectern's stand-in`;
  return { kind: "runs", message, image: imageOf(entry, effectiveTag) };
}

/** What containerd says, and a kubelet hands on, of an image in full that its registry does not have. */
export function notFound(image: string): string {
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image ${JSON.stringify(image)}: ` +
    `failed to resolve reference ${JSON.stringify(image)}: ${image}: not found`
  );
}

/** The names people write, for messages and for what a lab may name. */
export function catalogueNames(): string[] {
  return ENTRIES.map(({ name }) => name);
}

function repositoryOf({ host, port, path }: ImageReference): string {
  return `${host}${port === "" ? "" : `:${port}`}/${path}`;
}

/** Images are the same for all containers of a version; their files are read once. */
function imageOf(entry: CatalogueEntry, tag: string): Image {
  const version = versionOf(tag, entry.newest);
  const key = `${entry.name} ${version}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const image = makeImage(entry, version);
  made.set(key, image);
  return image;
}

function makeImage(entry: CatalogueEntry, version: string): Image {
  const parts = {
    entrypoint: entry.entrypoint,
    command: entry.command,
    env: [["PATH", PATH], ...(entry.env?.(version) ?? [])] as [string, string][],
    workingDir: entry.workingDir ?? "/",
    ...(entry.user !== undefined && { user: entry.user }),
    ports: entry.ports ?? [],
    files: layerFiles(entry.layers),
  };
  return { id: `stand-in/${entry.name}@sha256:${hashOf(parts)}`, ...parts };
}

function hashOf({ files, ...rest }: Omit<Image, "id">): string {
  const hash = createHash("sha256").update(JSON.stringify(rest));
  for (const file of files) hash.update(describe(file)).update(file.content);
  return hash.digest("hex");
}

function describe({ path, mode, content }: ImageFile): string {
  return JSON.stringify([path, mode, content.length]);
}

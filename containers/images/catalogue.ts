import { createHash } from "node:crypto";
import { type ImageReference, parseImage } from "../../policy/common/reference.js";
import type { CatalogueEntry } from "./entry.js";
import { ENTRIES } from "./entries.js";
import type { Image, ImageAnswer, ImageFile } from "./image.js";
import { layerFiles } from "./layers.js";
import { findOwnImage, hasRepository, type OwnImage, readOwnImages, repositoryOf } from "./own-images.js";
import { hasTag, versionOf } from "./tags.js";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Of tags as people name variants: `alpine`, `1.27-alpine-slim`. */
const OF_ALPINE = /(?:^|-)alpine/;
const made = new Map<string, Image>();

/**
 * What there is for an image as a pod names it: of `own`, the list of its lab (see `readOwnImages`), then of the catalogue. A reference
 * with a digest is unknown to the catalogue, however well known its name: the digest promises content that nobody here has.
 */
export function findImage(name: string, own = ""): ImageAnswer {
  const parsed = parseImage(name);
  if (!parsed.ok) return { kind: "unknown" };
  const { reference } = parsed;
  const images = own === "" ? [] : readOwnImages(own);
  const found = findOwnImage(images, reference);
  if (found !== undefined) return ownAnswer(name, reference, found);
  const answer = inCatalogue(name, reference);
  if (answer.kind !== "unknown" || !hasRepository(images, reference)) return answer;
  return { kind: "missing", message: notFound(fullName(reference)) };
}

function inCatalogue(name: string, reference: ImageReference): ImageAnswer {
  const repository = repositoryOf(reference);
  const entry = ENTRIES.find(({ repositories }) => repositories.includes(repository));
  if (entry === undefined || reference.digest !== "") return { kind: "unknown" };
  const { effectiveTag } = reference;
  if (!hasTag(entry.tags, effectiveTag)) return { kind: "missing", message: notFound(fullName(reference)) };
  return { kind: "runs", message: playedBy(name), image: imageOf(entry, effectiveTag) };
}

/** An image of a lab is its own, not one of those that its `like` names in turn. */
function ownAnswer(name: string, reference: ImageReference, own: OwnImage): ImageAnswer {
  switch (own.kind) {
    case "missing":
      return { kind: "missing", message: notFound(fullName(reference)) };
    case "exits":
      return { kind: "runs", message: playedBy(name), image: crashingImage(own), isOwn: true };
    default: {
      const answer = findImage(own.like);
      return answer.kind === "runs"
        ? { ...answer, message: playedBy(name), isOwn: true }
        : { kind: "unknown" };
    }
  }
}

function playedBy(name: string): string {
  return `image ${JSON.stringify(name)} is played by Lectern's stand-in`;
}

function fullName(reference: ImageReference): string {
  const repository = repositoryOf(reference);
  return reference.digest === ""
    ? `${repository}:${reference.effectiveTag}`
    : `${repository}@${reference.digest}`;
}

/** What containerd says, and a kubelet hands on, of an image in full that its registry does not have. */
export function notFound(image: string): string {
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image ${JSON.stringify(image)}: ` +
    `failed to resolve reference ${JSON.stringify(image)}: ${image}: not found`
  );
}

/** Why a name is none of an image; `undefined` where it is one. */
export function nameProblem(name: string): string | undefined {
  const parsed = parseImage(name);
  return parsed.ok ? undefined : parsed.problem;
}

/** The names people write, for messages and for what a lab may name. */
export function catalogueNames(): string[] {
  return ENTRIES.map(({ name }) => name);
}

/** Images are the same for all containers of a version and distribution; their files are read once. */
function imageOf(entry: CatalogueEntry, tag: string): Image {
  const version = versionOf(tag, entry.newest);
  const layers = [...entry.layers, ...(OF_ALPINE.test(tag) ? [] : (entry.debianLayers ?? []))];
  const env = entry.env?.(version, tag) ?? [];
  const key = JSON.stringify([entry.name, layers, env]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const image = makeImage(entry, env, layers);
  made.set(key, image);
  return image;
}

function makeImage(entry: CatalogueEntry, env: [string, string][], layers: readonly string[]): Image {
  const parts = {
    entrypoint: entry.entrypoint,
    command: entry.command,
    env: [["PATH", PATH], ...env] as [string, string][],
    workingDir: entry.workingDir ?? "/",
    ...(entry.user !== undefined && { user: entry.user }),
    ports: entry.ports ?? [],
    files: layerFiles(layers),
  };
  return { id: `stand-in/${entry.name}@sha256:${hashOf(parts)}`, ...parts };
}

/** Writes its log and ends; a shell is there for a pod that has another command. */
function crashingImage({ status, log }: Extract<OwnImage, { kind: "exits" }>): Image {
  const text = log === "" || log.endsWith("\n") ? log : `${log}\n`;
  const parts = {
    entrypoint: ["/entrypoint"],
    command: [],
    env: [["PATH", PATH]] as [string, string][],
    workingDir: "/",
    ports: [],
    files: [
      ...layerFiles(["base"]),
      textFile("/entrypoint", `#!/bin/sh\ncat /usr/lib/stand-in/log\nexit ${status}\n`, 0o755),
      textFile("/usr/lib/stand-in/log", text, 0o644),
    ],
  };
  return { id: `stand-in/own@sha256:${hashOf(parts)}`, ...parts };
}

function textFile(path: string, text: string, mode: number): ImageFile {
  return { path, content: Buffer.from(text), mode };
}

function hashOf({ files, ...rest }: Omit<Image, "id">): string {
  const hash = createHash("sha256").update(JSON.stringify(rest));
  for (const file of files) hash.update(describe(file)).update(file.content);
  return hash.digest("hex");
}

function describe({ path, mode, content }: ImageFile): string {
  return JSON.stringify([path, mode, content.length]);
}

import { createHash } from "node:crypto";

import {
  fingerprintOf,
  type KnownImage,
  type KnownSignature,
  MAX_KNOWN_IMAGES,
} from "../../common/known-image.js";
import type { HierarchyStore } from "../hierarchy-store.js";
import { type HierarchyObject, type MemberSpec, newObject, objectName, ownedBy } from "../records.js";

/** What is known of an image, as it is stored. */
export type KnownImageSpec = MemberSpec & KnownImage;

export type KnownImageObject = HierarchyObject<KnownImageSpec>;

/** Writers of one image meet only when two servers look it up in the same milliseconds. */
const MAX_ATTEMPTS = 5;

/** What registries told of the images of an organization, by the order of their names. */
export async function listKnownImages(store: HierarchyStore, organization: string): Promise<KnownImage[]> {
  const objects = await store.list<KnownImageSpec>("knownimages", organization);
  return objects.map(toKnown).toSorted((left, right) => (left.image < right.image ? -1 : 1));
}

/** What is known of one; `undefined` where nothing is. */
export async function readKnownImage(
  store: HierarchyStore,
  organization: string,
  image: string,
): Promise<KnownImage | undefined> {
  const found = await store.get<KnownImageSpec>("knownimages", nameOf(organization, image));
  return found && toKnown(found);
}

/** Stores what `change` makes of what is known, unless it is the same. Resolves to what stands there then. */
export async function changeKnownImage(
  store: HierarchyStore,
  { organization, image }: { organization: string; image: string },
  change: (known: KnownImage | undefined) => KnownImage,
): Promise<KnownImage> {
  for (let attempt = 1; ; attempt++) {
    const current = await store.get<KnownImageSpec>("knownimages", nameOf(organization, image));
    const known = current && toKnown(current);
    const next = change(known);
    const isStored = JSON.stringify(known) === JSON.stringify(next);
    if (isStored && current && !current.spec.signatures?.some(holdsSigners)) return next;
    const isWritten = current
      ? await store.replace("knownimages", { ...current, spec: specOf(organization, next) })
      : await create(store, organization, next);
    if (isWritten || attempt >= MAX_ATTEMPTS) return next;
  }
}

async function create(store: HierarchyStore, organization: string, known: KnownImage): Promise<boolean> {
  const parent = await store.get<unknown>("organizations", organization);
  // One that ends takes its images with it.
  if (!parent) return true;
  await makeRoom(store, organization);
  const spec = specOf(organization, known);
  const address = { organization, name: spec.name };
  const object = newObject("knownimages", address, { spec, owner: ownedBy(parent) });
  return (await store.create("knownimages", object)) !== undefined;
}

/** The oldest are forgotten; those that are in use are looked up again. */
async function makeRoom(store: HierarchyStore, organization: string): Promise<void> {
  const all = await store.list<KnownImageSpec>("knownimages", organization);
  const excess = all
    .toSorted((left, right) => age(left) - age(right))
    .slice(0, Math.max(0, all.length + 1 - MAX_KNOWN_IMAGES));
  for (const { metadata } of excess) await store.remove("knownimages", metadata.name ?? "");
}

function age({ metadata }: KnownImageObject): number {
  return new Date(metadata.creationTimestamp ?? 0).getTime();
}

function nameOf(organization: string, image: string): string {
  return objectName({ organization, name: hashOf(image) });
}

/** Images have characters that names have not. */
function hashOf(image: string): string {
  return createHash("sha256").update(image).digest("hex").slice(0, 40);
}

function specOf(organization: string, known: KnownImage): KnownImageSpec {
  return { organization, name: hashOf(known.image), ...known };
}

/** In an order of fields of its own, so that equal ones are equal as texts. */
function toKnown({ spec: { image, digest, moved, problem, signatures } }: KnownImageObject): KnownImage {
  return {
    image,
    ...(digest !== undefined && { digest }),
    ...(moved && { moved: { from: moved.from, at: moved.at } }),
    ...(problem !== undefined && { problem }),
    ...(signatures && {
      signatures: signatures.map((each) => ({
        signers: holdsSigners(each) ? fingerprintOf(each.signers) : each.signers,
        verified: each.verified,
        reason: each.reason,
      })),
    }),
  };
}

/** Servers of before wrote the signers themselves, which are a list. */
function holdsSigners({ signers }: KnownSignature): boolean {
  return signers.startsWith("[");
}

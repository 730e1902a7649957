import { type ImageReference, parseImage } from "../../policy/common/reference.js";

/** An image that a lab has besides the catalogue's. */
export type OwnImage = { name: string } & (
  | { kind: "runs"; like: string }
  | { kind: "missing" }
  | { kind: "exits"; status: number; log: string }
);

/** More than any lab has; what is beyond is not read. */
const MOST_IMAGES = 50;
const lists = new Map<string, OwnImage[]>();
/** Lists that are remembered: every session of a lab has the same. */
const MOST_LISTS = 100;

/** The images of a list as a namespace carries it (JSON); what is not of that form is no image. */
export function readOwnImages(text: string): OwnImage[] {
  const known = lists.get(text);
  if (known !== undefined) return known;
  if (lists.size >= MOST_LISTS) lists.clear();
  const read = parsed(text).slice(0, MOST_IMAGES).flatMap(ownImage);
  lists.set(text, read);
  return read;
}

/** The image of that reference, whichever way it is written. */
export function findOwnImage(images: readonly OwnImage[], wanted: ImageReference): OwnImage | undefined {
  const key = keyOf(wanted);
  return images.find(({ name }) => {
    const parsedName = parseImage(name);
    return parsedName.ok && keyOf(parsedName.reference) === key;
  });
}

/** Whether the list has an image of the same repository, so that another tag of it is one that is not there. */
export function hasRepository(images: readonly OwnImage[], wanted: ImageReference): boolean {
  return images.some(({ name }) => {
    const parsedName = parseImage(name);
    return parsedName.ok && repositoryOf(parsedName.reference) === repositoryOf(wanted);
  });
}

/** Registry and repository in full. */
export function repositoryOf({ host, port, path }: ImageReference): string {
  return `${host}${port === "" ? "" : `:${port}`}/${path}`;
}

function keyOf(reference: ImageReference): string {
  return `${repositoryOf(reference)}:${reference.effectiveTag}@${reference.digest}`;
}

function parsed(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function ownImage(entry: unknown): OwnImage[] {
  if (typeof entry !== "object" || entry === null) return [];
  const { name, like, missing, exits, log = "" } = entry as Record<string, unknown>;
  if (typeof name !== "string") return [];
  if (typeof like === "string") return [{ name, kind: "runs", like }];
  if (missing === true) return [{ name, kind: "missing" }];
  if (typeof exits === "number" && typeof log === "string")
    return [{ name, kind: "exits", status: exits, log }];
  return [];
}

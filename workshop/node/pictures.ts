import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab, LabPage, LabSource } from "../common/lab.js";
import { addressAsWritten } from "../common/page-address.js";
import type { PageLink } from "../common/page-links.js";
import { isElsewhere } from "../common/sanitise.js";
import { isReallyWithin, isWithin } from "./lab-path.js";

/**
 * Finds the relative pictures of a page: beside the page, then in the folders that addresses begin in, then in the lab's `images/`, then in the folders outside of it. The answer
 * is a path relative to the lab's folder, or `~images/NAME` where it lies in one of those folders; `null` where there is no such picture.
 */
export async function findPictures(
  page: LabPage,
  { folder, roots = [], imageFolders = [] }: LabSource,
  links: readonly PageLink[],
): Promise<Record<string, string | null>> {
  const addresses = new Set(links.map(({ address }) => address));
  const found: [string, string | null][] = [];
  for (const src of addresses)
    if (src !== "" && !isElsewhere(src))
      found.push([src, await findPicture(src, { page, folder, roots, imageFolders })]);
  return Object.fromEntries(found);
}

async function findPicture(
  src: string,
  where: { page: LabPage; folder: string; roots: readonly string[]; imageFolders: readonly string[] },
): Promise<string | null> {
  const wanted = addressAsWritten(src.split(/[?#]/, 1)[0] ?? "");
  const places = [
    join(where.folder, dirname(where.page.file), wanted),
    ...where.roots.flatMap((root) =>
      [wanted, ...published(wanted)].map((path) => join(where.folder, root, path)),
    ),
    join(where.folder, "images", basename(wanted)),
    ...where.imageFolders.map((folder) => join(folder, basename(wanted))),
  ];
  const allowed = [where.folder, ...where.imageFolders];
  for (const candidate of places) {
    const isAllowed = await Promise.all(allowed.map((root) => isReallyWithin(root, candidate)));
    if (isAllowed.includes(true) && (await isFile(candidate))) return pathFrom(where.folder, candidate);
  }
  return null;
}

/** Where Educates' site shows what is in `static`, as in `content`. */
const SITE = "/workshop/content/";

function published(path: string): string[] {
  return path.startsWith(SITE) ? [path.slice(SITE.length)] : [];
}

/** Marks pictures of the folders outside the lab. */
const ELSEWHERE = "~images/";

function pathFrom(folder: string, path: string): string {
  return isWithin(folder, path) ? relative(folder, path) : `${ELSEWHERE}${basename(path)}`;
}

/** The absolute file behind a picture of the lab's pages; nothing else of the lab is handed out. Throws LAB_FILE_NOT_FOUND. */
export function labFile(lab: Lab, path: string): string {
  const isPicture = lab.pages.some((page) => Object.values(page.pictures).includes(path));
  const file = isPicture ? candidates(lab, path).find((candidate) => existsSync(candidate)) : undefined;
  if (file) return file;
  throw new WorkshopError(WORKSHOP_ERRORS.labFileNotFound, `The lab ${lab.name} shows no picture ${path}`);
}

function candidates(lab: Lab, path: string): string[] {
  if (!path.startsWith(ELSEWHERE)) return [join(lab.source.folder, path)];
  return (lab.source.imageFolders ?? []).map((folder) => join(folder, path.slice(ELSEWHERE.length)));
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

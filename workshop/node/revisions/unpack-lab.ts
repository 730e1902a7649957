import { createWriteStream } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, relative } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { MAX_LAB_BYTES, MAX_LAB_ENTRIES, sourceUnusable } from "./lab-origin.js";

/**
 * Unpacks a tar of a lab into an empty folder: files, folders, and links that stay inside. Throws LAB_SOURCE_UNUSABLE for what leads out of
 * the folder, is too much, or is none of these.
 */
export async function unpackLab(tar: Readable, folder: string): Promise<void> {
  const unpacking = extract();
  const reading = pipeline(tar, unpacking);
  // Whoever leaves the loop below gets the first error.
  reading.catch(() => undefined);
  const links = new Set<string>();
  let [bytes, entries] = [0, 0];
  for await (const entry of unpacking) {
    const { name, type, size, mode, linkname } = entry.header;
    bytes += size;
    entries += 1;
    if (bytes > MAX_LAB_BYTES)
      throw sourceUnusable(`The lab holds more than ${String(MAX_LAB_BYTES / 1024 / 1024)} MB.`);
    if (entries > MAX_LAB_ENTRIES)
      throw sourceUnusable(`The lab holds more than ${String(MAX_LAB_ENTRIES)} files.`);
    const path = inside(folder, name, name);
    refuseBelowLink(links, relative(folder, path));
    if (type === "directory") await mkdir(path, { recursive: true });
    else if (type === "file") await writeEntry(entry as unknown as AsyncIterable<Uint8Array>, path, mode);
    else if (type === "symlink") {
      await makeLink(folder, { name, linkname });
      links.add(relative(folder, path));
    } else throw sourceUnusable(`The lab's ${name} is a ${type}; a lab has files, folders and links.`);
    entry.resume();
  }
  await reading;
}

async function writeEntry(entry: AsyncIterable<Uint8Array>, path: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // "wx": what is there already, a link among it, is never written through.
  await pipeline(entry, createWriteStream(path, { flags: "wx", mode: mode & 0o777 }));
}

async function makeLink(
  folder: string,
  { name, linkname }: { name: string; linkname: string },
): Promise<void> {
  if (isAbsolute(linkname))
    throw sourceUnusable(`The lab's link ${name} leads to ${linkname}, outside of the lab.`);
  // `..` counts at its start alone, where it goes up real folders: after a name it would go up from wherever another link leads.
  const target = normalize(linkname);
  inside(folder, join(dirname(name), target), name);
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await symlink(target, join(folder, name));
}

/** What is written below a link would be written to wherever that leads, and a link there goes up from elsewhere than its name says. */
function refuseBelowLink(links: ReadonlySet<string>, place: string): void {
  for (let above = dirname(place); above !== "."; above = dirname(above))
    if (links.has(above)) throw sourceUnusable(`The lab's ${place} lies below ${above}, which is a link.`);
}

function inside(folder: string, path: string, name: string): string {
  const normal = normalize(path);
  if (!isAbsolute(path) && normal !== ".." && !normal.startsWith("../")) return join(folder, normal);
  throw sourceUnusable(`The lab's ${name} leads outside of the lab.`);
}

import { createWriteStream } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { WorkshopError } from "../../common/errors.js";
import { MAX_LAB_BYTES, MAX_LAB_ENTRIES, sourceUnusable } from "./lab-origin.js";
import { LayerOrder } from "./layer-order.js";

/** Of Linux (PATH_MAX); each part of a name is looked up, and a tar can hold one of megabytes. */
const MAX_NAME_LENGTH = 4_096;

export interface UnpackOptions {
  /** Folder inside the tars that is the lab; what lies beside it is left out. All of them is the lab where absent. */
  path?: string;
}

/**
 * Unpacks tars of a lab into an empty folder: files, folders, and links that stay inside. Of an image the layers are given from the last to the
 * first, so that nothing that is written is ever written over. Throws LAB_SOURCE_UNUSABLE for what leads out of the folder, is too much, or is
 * none of these.
 */
export class LabUnpacker {
  readonly #folder: string;
  readonly #path: string;
  readonly #order = new LayerOrder();
  #bytes = 0;
  #entries = 0;
  #written = 0;

  constructor(folder: string, { path = "" }: UnpackOptions = {}) {
    this.#folder = folder;
    this.#path = normalize(`${path}/`).replace(/^\.?\//, "");
  }

  /** Whether any of it was the lab. */
  get isEmpty(): boolean {
    return this.#written === 0;
  }

  /** A tar that stands for itself: what is called as a layer's removal of a file is a file. */
  async addTar(tar: Readable): Promise<void> {
    await this.#addEach(tar, (entry, header) => this.#addEntry(entry, header));
  }

  /** The layer of an image below those that were added. */
  async addLayer(tar: Readable): Promise<void> {
    await this.#addEach(tar, async (entry, header) => {
      if (!this.#order.takeRemoval(placeOf(header.name))) await this.#addEntry(entry, header);
    });
    this.#order.endLayer();
  }

  async #addEach(
    tar: Readable,
    add: (entry: AsyncIterable<Uint8Array>, header: Header) => Promise<void>,
  ): Promise<void> {
    const unpacking = extract();
    const reading = pipeline(tar, unpacking);
    // Whoever leaves the loop below gets the first error.
    reading.catch(() => undefined);
    for await (const entry of unpacking) {
      this.#count(entry.header);
      await add(entry as unknown as AsyncIterable<Uint8Array>, entry.header).catch((error: unknown) => {
        throw inWords(error, entry.header.name);
      });
      entry.resume();
    }
    await reading;
  }

  #count({ size }: Header): void {
    this.#bytes += size;
    this.#entries += 1;
    if (this.#bytes > MAX_LAB_BYTES)
      throw sourceUnusable(`The lab holds more than ${String(MAX_LAB_BYTES / 1024 / 1024)} MB.`);
    if (this.#entries > MAX_LAB_ENTRIES)
      throw sourceUnusable(`The lab holds more than ${String(MAX_LAB_ENTRIES)} files.`);
  }

  async #addEntry(entry: AsyncIterable<Uint8Array>, { name, type, mode, linkname }: Header): Promise<void> {
    const place = placeOf(name);
    const inLab = `${place}/`.startsWith(this.#path) ? place.slice(this.#path.length) : "";
    if (inLab === "" || inLab === ".") return;
    const kind = type === "directory" ? "folder" : type === "symlink" ? "link" : "file";
    if (!this.#order.take(place, kind)) return;
    const path = join(this.#folder, inLab);
    await mkdir(kind === "folder" ? path : dirname(path), { recursive: true });
    if (type === "symlink") await symlink(targetOf(inLab, linkname ?? ""), path);
    else if (type === "file")
      // "wx": what is there already, a link among it, is never written through.
      await pipeline(entry, createWriteStream(path, { flags: "wx", mode: readable(mode) }));
    else if (type !== "directory") throw sourceUnusable(notOfALab(name, type));
    this.#written += 1;
  }
}

function notOfALab(name: string, type: string): string {
  return `The lab's ${name} is a ${type === "link" ? "hard link" : type}; a lab has files, folders and links.`;
}

/**
 * What the link is written with. `..` counts at its start alone, where it goes up real folders: after a name it would go up from wherever
 * another link leads.
 */
function targetOf(inLab: string, linkname: string): string {
  const target = normalize(linkname);
  if (linkname !== "" && !isAbsolute(linkname) && isInside(normalize(join(dirname(inLab), target))))
    return target;
  throw sourceUnusable(`The lab's link ${inLab} leads to ${linkname}, outside of the lab.`);
}

/** The owner, which is the server, reads it in any case. */
function readable(mode: number | undefined): number {
  return 0o600 | ((mode ?? 0o644) & 0o777);
}

/** Where the name leads inside the tar; `.` for its top. */
function placeOf(name: string): string {
  if (name.length > MAX_NAME_LENGTH)
    throw sourceUnusable(
      `The lab's ${name.slice(0, 200)}… has a name of ${String(name.length)} characters, more than any disk takes.`,
    );
  const place = normalize(name).replace(/\/+$/, "") || ".";
  if (!isAbsolute(name) && isInside(place)) return place;
  throw sourceUnusable(`The lab's ${name} leads outside of the lab.`);
}

function isInside(place: string): boolean {
  return place !== ".." && !place.startsWith("../");
}

/** Names that no disk takes, among others. */
function inWords(error: unknown, name: string): unknown {
  if (error instanceof WorkshopError || !(error instanceof Error) || !("code" in error)) return error;
  return sourceUnusable(`The lab's ${name.slice(0, 200)} cannot be written: ${String(error.code)}.`, error);
}

import { open } from "node:fs/promises";
import { disableTypes } from "image-size";
import { imageSizeFromFile } from "image-size/fromFile";
import type { Lab, LabPage, PictureSize } from "../common/lab.js";
import { labFile } from "./pictures.js";

/** Files of a lab that are measured; a picture beyond them has no room kept for it. */
const MAX_FILES = 1_000;
/** Formats whose headers take long to read where somebody made them so, and those that browsers do not show. */
const UNREAD = [
  "heif",
  "icns",
  "j2c",
  "jp2",
  "jxl",
  "jxl-stream",
  "ktx",
  "psd",
  "tga",
  "tiff",
  "dds",
] as const;
/** In which the root of a drawing is looked for. */
const DRAWING_BYTES = 64 * 1024;
/** EXIF's orientations from here on lie on their side; browsers turn them. */
const FIRST_ON_SIDE = 5;

disableTypes([...UNREAD]);

/** Measures the pictures of a lab, each file once. */
export class PictureSizes {
  readonly #lab: Lab;
  readonly #known = new Map<string, PictureSize | undefined>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** The sizes of a page's pictures as browsers show them, by address; one whose file tells none is left out. */
  async ofPage(page: LabPage): Promise<Record<string, PictureSize>> {
    const sizes: Record<string, PictureSize> = {};
    for (const [src, path] of Object.entries(page.pictures)) {
      const size = path === null ? undefined : await this.#ofFile(path);
      if (size !== undefined) sizes[src] = size;
    }
    return sizes;
  }

  async #ofFile(path: string): Promise<PictureSize | undefined> {
    if (!this.#known.has(path) && this.#known.size < MAX_FILES)
      this.#known.set(path, await sizeOf(this.#lab, path));
    return this.#known.get(path);
  }
}

async function sizeOf(lab: Lab, path: string): Promise<PictureSize | undefined> {
  try {
    const file = labFile(lab, path);
    const { width, height, orientation = 1, type } = await imageSizeFromFile(file);
    if (type === "svg" && !statesItsSize(await beginningOf(file))) return undefined;
    const size = { width: Math.round(width), height: Math.round(height) };
    if (!(size.width > 0 && size.height > 0)) return undefined;
    return orientation < FIRST_ON_SIDE ? size : { width: size.height, height: size.width };
  } catch {
    // Broken, gone, or of a format that browsers alone read: the page shows it when it is there.
    return undefined;
  }
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(DRAWING_BYTES), 0, DRAWING_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A drawing that has only a `viewBox` is as wide as the column. */
function statesItsSize(svg: string): boolean {
  const at = svg.indexOf("<svg");
  const root = svg.slice(at, svg.indexOf(">", at));
  return ["width", "height"].every((name) => new RegExp(`\\s${name}=["'][\\d.]+(?:px)?["']`).test(root));
}

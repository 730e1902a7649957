import { imageSizeFromFile } from "image-size/fromFile";
import type { Lab, LabPage, PictureSize } from "../common/lab.js";
import { labFile } from "./pictures.js";

/** EXIF's orientations from here on lie on their side; browsers turn them. */
const FIRST_ON_SIDE = 5;

/** The sizes of a page's pictures as browsers show them, by address; one whose file tells none is left out. */
export async function pictureSizes(lab: Lab, page: LabPage): Promise<Record<string, PictureSize>> {
  const sizes: Record<string, PictureSize> = {};
  for (const [src, path] of Object.entries(page.pictures)) {
    const size = path === null ? undefined : await sizeOf(labFile(lab, path));
    if (size !== undefined) sizes[src] = size;
  }
  return sizes;
}

async function sizeOf(file: string): Promise<PictureSize | undefined> {
  try {
    const { width, height, orientation = 1 } = await imageSizeFromFile(file);
    const size = { width: Math.round(width), height: Math.round(height) };
    if (!(size.width > 0 && size.height > 0)) return undefined;
    return orientation < FIRST_ON_SIDE ? size : { width: size.height, height: size.width };
  } catch {
    // Broken, or of a format that browsers alone read: the page shows it when it is there.
    return undefined;
  }
}

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ImageFile } from "./image.js";

/** The build puts this folder beside the compiled module as well. */
const FILES = fileURLToPath(new URL("./files/", import.meta.url));

/** Files of the layers by their path in a container, in order; one of a later layer takes the place of an earlier one. */
export function layerFiles(layers: readonly string[]): ImageFile[] {
  const files = new Map<string, ImageFile>();
  for (const layer of layers) {
    for (const file of filesBelow(join(FILES, layer))) files.set(file.path, file);
  }
  return [...files.values()].toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

function filesBelow(folder: string): ImageFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = `/${relative(folder, file).split(sep).join("/")}`;
      // What git keeps of modes is whether a file is a program, and that is all that counts here.
      const isProgram = (statSync(file).mode & 0o100) !== 0;
      return { path, content: readFileSync(file), mode: isProgram ? 0o755 : 0o644 };
    });
}

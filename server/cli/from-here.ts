import { join, relative } from "node:path";

/** Files of a folder as whoever started the command would write them: editors and CI find them there. */
export function fromHere(folder: string, here = process.cwd()): (file: string) => string {
  return (file) => relative(here, join(folder, file)) || ".";
}

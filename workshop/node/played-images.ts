import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findImage } from "../../containers/images/catalogue.js";
import type { Lab } from "../common/lab.js";
import { imagesNamedIn } from "../common/named-images.js";
import type { Inspected } from "./lint-files.js";
import { isReallyWithin } from "./lab-path.js";

/** Of a manifest that is read for the images it names. */
const FILE_BYTES = 256 * 1024;
/** Notes in each page the blocks that are seen in which an image that Lectern plays is named for the first time in the lab. */
export async function notePlayedImages(lab: Lab, pages: readonly Inspected[]): Promise<void> {
  const seen = new Set<string>();
  const own = JSON.stringify(lab.ownImages ?? []);
  for (const { page, compiled } of pages) {
    const played: Record<string, string[]> = {};
    for (const { view } of compiled.actions) {
      if (view.inline || view.text === undefined || view.flow?.isHidden) continue;
      const named = [...namesIn(view.text), ...(await namedInFiles(lab, view.text))];
      const fresh = [...new Set(named)].filter(
        (name) => !seen.has(name) && findImage(name, own).kind === "runs",
      );
      for (const name of fresh) seen.add(name);
      if (fresh.length > 0) played[view.step] = fresh;
    }
    if (Object.keys(played).length > 0) page.played = played;
  }
}

function namesIn(text: string): string[] {
  return imagesNamedIn(text).map(({ name }) => name);
}

/** What the manifests name that a command hands to kubectl with `-f`, where they are among the lab's files. */
async function namedInFiles({ source }: Lab, text: string): Promise<string[]> {
  const { homeFiles } = source;
  if (homeFiles === undefined) return [];
  const words = text.split(/\s+/);
  const paths = words.flatMap((word, at) => {
    if (word.startsWith("--filename=")) return word.slice("--filename=".length);
    return word === "-f" || word === "--filename" ? (words[at + 1] ?? []) : [];
  });
  const found = await Promise.all(
    paths.map(async (path) => {
      const file = join(homeFiles, path.replace(/^~\//, ""));
      const stat = await lstat(file).catch(() => undefined);
      if (!stat?.isFile() || stat.size > FILE_BYTES || !(await isReallyWithin(homeFiles, file))) return [];
      return namesIn(await readFile(file, "utf8"));
    }),
  );
  return found.flat();
}

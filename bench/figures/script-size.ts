import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Figure } from "../figure.js";

interface Chunk {
  file: string;
  imports?: string[];
}

const output = fileURLToPath(new URL("../../dist/browser", import.meta.url));
/** What a learner's first page needs: the entry, the lab screen, and the terminal it shows at once. */
const FIRST_LOAD = [/index\.html$/, /lab\/lab-screen\.tsx$/, /terminal-(?:pane|view)\.tsx$/];

/** All script a browser fetches before a learner can read, click and type, compressed as it is sent. */
export const scriptSize: Figure = {
  name: "script of the learner's page, first load",
  unit: "kB",
  bound: 300,
  method: "gzip of the entry, the lab screen, the terminal and what they import",
  measure() {
    const manifest = JSON.parse(readFileSync(join(output, ".vite/manifest.json"), "utf8")) as Record<
      string,
      Chunk
    >;
    const needed = new Set<string>();
    for (const key of Object.keys(manifest)) {
      if (FIRST_LOAD.some((pattern) => pattern.test(key))) collect(manifest, key, needed);
    }
    const bytes = [...needed].map((file) => gzipSync(readFileSync(join(output, file))).length);
    return Promise.resolve(bytes.reduce((sum, size) => sum + size, 0) / 1000);
  },
};

function collect(manifest: Record<string, Chunk>, key: string, needed: Set<string>): void {
  const chunk = manifest[key];
  if (!chunk || needed.has(chunk.file)) return;
  needed.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(manifest, imported, needed);
}

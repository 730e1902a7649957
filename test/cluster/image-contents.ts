import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";

/** What an archive of an image holds. */
export interface ImageContents {
  /** Sum of the layers as they are on a node's disk. */
  bytes: number;
  /** Paths of all layers' files. */
  paths: string[];
  /** Whether one of the texts that were looked for is in a file of a layer, or in the image's own description. */
  holds: boolean;
  config: { User?: string; Env?: string[]; Entrypoint?: string[]; Cmd?: string[] };
}

/** Reads an archive as `docker save` makes it. */
export async function imageContents(archive: string, lookedFor: readonly string[]): Promise<ImageContents> {
  const contents: ImageContents = { bytes: 0, paths: [], holds: false, config: {} };
  const descriptions: string[] = [];
  await eachEntry(createReadStream(archive), async (name, size, entry) => {
    if (name.endsWith(".json")) descriptions.push(await text(entry));
    // What older programs read is there as well, as links to the layers.
    else if (name.endsWith(".tar") && size > 0) {
      contents.bytes += size;
      await readLayer(entry, lookedFor, contents);
    }
  });
  for (const description of descriptions) {
    const parsed = JSON.parse(description) as { config?: ImageContents["config"] };
    if (parsed.config !== undefined) contents.config = parsed.config;
    contents.holds ||= lookedFor.some((wanted) => description.includes(wanted));
  }
  return contents;
}

async function readLayer(
  layer: Readable,
  lookedFor: readonly string[],
  contents: ImageContents,
): Promise<void> {
  await eachEntry(layer, async (name, _size, file) => {
    contents.paths.push(name.replace(/^\.?\//, ""));
    // What is looked for may lie on the border of two chunks.
    let end = Buffer.alloc(0);
    for await (const chunk of file as AsyncIterable<Buffer>) {
      const joined = Buffer.concat([end, chunk]);
      contents.holds ||= lookedFor.some((wanted) => joined.includes(wanted));
      end = joined.subarray(-Math.max(...lookedFor.map(({ length }) => length)));
    }
  });
}

async function eachEntry(
  tar: Readable,
  look: (name: string, size: number, entry: Readable) => Promise<void>,
): Promise<void> {
  const entries = extract();
  const read = pipeline(tar, entries);
  for await (const entry of entries) {
    await look(entry.header.name, entry.header.size ?? 0, entry as unknown as Readable);
    entry.resume();
  }
  await read;
}

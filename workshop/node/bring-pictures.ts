import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../common/lab.js";
import { compileLabPage } from "../common/render-page.js";
import { sampleVariables } from "../common/variables.js";
import { giveToOwnerOf, replaceFile, requireWritable } from "./replace-file.js";

/** 10 MiB: a picture of a page is a tenth of that. */
const MAX_BYTES = 10 * 1024 * 1024;
const FETCHING_MS = 30_000;
const ENDINGS: Readonly<Record<string, string>> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/svg+xml": ".svg",
  "image/webp": ".webp",
};

/** What became of a picture of another site. */
export interface BroughtPicture {
  /** Of the page that shows it, relative to the lab's folder. */
  file: string;
  address: string;
  /** Where it is now, relative to the lab's folder; absent where it could not be brought. */
  path?: string;
  /** Why it could not. */
  why?: string;
}

/** Fetches the pictures that pages of the lab take from other sites into its `images/`, and makes the pages show those. */
export async function bringPictures(lab: Lab): Promise<BroughtPicture[]> {
  const brought: BroughtPicture[] = [];
  const paths = new Map<string, string>();
  for (const page of lab.pages) {
    const { links } = compileLabPage(lab, page, sampleVariables(lab));
    const addresses = links.filter(({ kind, address }) => kind === "picture" && /^https?:/i.test(address));
    for (const address of new Set(addresses.map((link) => link.address)))
      brought.push(await bring(lab, { file: page.file, address }, paths));
  }
  return brought;
}

async function bring(
  { source: { folder } }: Lab,
  { file, address }: Pick<BroughtPicture, "file" | "address">,
  paths: Map<string, string>,
): Promise<BroughtPicture> {
  try {
    const text = await readFile(join(folder, file), "utf8");
    if (text.includes("\uFFFD")) throw new Error("the page is not UTF-8; save it as that first");
    const shown = pictureAt(address);
    if (text.search(shown) < 0)
      throw new Error("the page does not write it as ![...](...) or src=, so it is not changed");
    // Before the fetching: of a page that stays as it is nothing would show the picture.
    await requireWritable(join(folder, file));
    const path = paths.get(address) ?? (await fetched(folder, address));
    paths.set(address, path);
    const changed = text.replace(shown, (_whole, before: string) => `${before}${path}`);
    await replaceFile(join(folder, file), changed);
    return { file, address, path };
  } catch (error) {
    return { file, address, why: error instanceof Error ? error.message : String(error) };
  }
}

/** The whole address where a picture is shown; a link to it stays what it is. */
function pictureAt(address: string): RegExp {
  const literal = address.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return new RegExp(
    `(!\\[[^\\]\\n]{0,1000}\\]\\([ \\t]{0,8}<?|\\bsrc[ \\t]{0,8}=[ \\t]{0,8}["']?)${literal}(?=[\\s)>"'])`,
    "g",
  );
}

async function fetched(folder: string, address: string): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(FETCHING_MS) });
  if (!response.ok) throw new Error(`its site answers with status ${String(response.status)}`);
  const type = response.headers.get("content-type")?.split(";", 1)[0]?.trim() ?? "";
  const ending = ENDINGS[type];
  if (ending === undefined) throw new Error(`its site sends ${type || "something"}, which is no picture`);
  const content = await readBounded(response);
  const name = new URL(address).pathname
    .split("/")
    .at(-1)
    ?.replace(/\.[^.]*$/, "")
    .replaceAll(/[^\w-]+/g, "-");
  const made = await mkdir(join(folder, "images"), { recursive: true });
  if (made !== undefined) await giveToOwnerOf(folder, made);
  return writePicture(
    folder,
    name === undefined || name === "" ? "picture" : name.slice(0, 60),
    ending,
    content,
  );
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > MAX_BYTES) throw new Error(`it is larger than ${String(MAX_BYTES)} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Nothing that is there is written over. */
async function writePicture(
  folder: string,
  name: string,
  ending: string,
  content: Uint8Array,
): Promise<string> {
  for (let number = 1; number <= 100; number++) {
    const path = `images/${name}${number === 1 ? "" : `-${String(number)}`}${ending}`;
    try {
      await writeFile(join(folder, path), content, { flag: "wx" });
      await giveToOwnerOf(folder, join(folder, path));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error(`images/ holds a hundred pictures of the name ${name} already`);
}

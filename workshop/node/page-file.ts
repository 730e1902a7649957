import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { LabPage } from "../common/lab.js";
import { frontMatterSchema } from "../common/lab-schema.js";
import { isReallyWithin } from "./lab-path.js";

/** 1 MB, the same limit the page compiler has. */
const MAX_PAGE_BYTES = 1024 * 1024;

/** Reads one page; its title is that of the front matter, else of the first heading, else made of the name. Throws LAB_PAGE_NOT_FOUND, LAB_INVALID. */
export async function readPage(folder: string, file: string, name: string): Promise<LabPage> {
  const text = await readText(join(folder, file));
  const { source, firstLine, title } = splitFrontMatter(text, file);
  const checks = { expectations: {}, standIns: [] };
  return {
    name,
    title: title ?? headingOf(source) ?? titleOf(name),
    file,
    source,
    firstLine,
    pictures: {},
    checks,
  };
}

/** Reads a page of a lab's folder; what lies outside of the folder is no page of it. Throws as `readPage` does. */
export async function readPageOfFolder(folder: string, file: string, name: string): Promise<LabPage> {
  if (await isReallyWithin(folder, join(folder, file))) return readPage(folder, file, name);
  throw new WorkshopError(
    WORKSHOP_ERRORS.labPageNotFound,
    `The page ${file} lies outside of the lab's folder ${folder}; put it inside`,
  );
}

/** The first heading of the text, without its marks. */
export function headingOf(source: string): string | undefined {
  const heading = /^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$/m.exec(source)?.[1];
  return heading?.replace(/[*_`]/g, "").trim();
}

/** `04-image-policies` becomes `Image policies`. */
export function titleOf(name: string): string {
  const words = name.replace(/^\d+-/, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_PAGE_BYTES)
      throw new WorkshopError(
        WORKSHOP_ERRORS.labInvalid,
        `The page ${path} has ${size} bytes; at most ${MAX_PAGE_BYTES} are read. Split it`,
      );
    const text = await readFile(path, "utf8");
    return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  } catch (cause) {
    if (cause instanceof WorkshopError) throw cause;
    throw new WorkshopError(
      WORKSHOP_ERRORS.labPageNotFound,
      `The page ${path} cannot be read: ${String(cause)}`,
      { cause },
    );
  }
}

function splitFrontMatter(
  text: string,
  file: string,
): { source: string; firstLine: number; title?: string | undefined } {
  const found = /^---\n(.*?)^---[ \t]*\n/ms.exec(text);
  if (!found || found.index !== 0) return { source: text, firstLine: 1 };
  try {
    const { title } = frontMatterSchema.parse(parse(found[1] ?? "") ?? {});
    return { source: text.slice(found[0].length), firstLine: found[0].split("\n").length, title };
  } catch (cause) {
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `The front matter of ${file} cannot be read: ${String(cause)}`,
      { cause },
    );
  }
}

import { realpath, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isReallyWithin } from "../lab-path.js";
import { readRegularFile } from "../regular-file.js";
import { unicodeText } from "../text-encoding.js";
import type { AsciidocReader } from "./asciidoc-nodes.js";
import { withoutLongBlanks } from "./long-blanks.js";

/** 64 Ki: several times a long page; Asciidoctor's time grows with the square of some texts, and is half a second for the worst of these. */
export const MAX_ASCIIDOC_CHARACTERS = 64 * 1024;

/** 100 for a page, each counted whenever it is included: one that includes itself ends there. */
const MAX_INCLUDES = 100;

/** Where a page is. */
export interface IncludingPage {
  /** Absolute folder of its lab, which files are included from. */
  folder: string;
  /** The page, relative to it. */
  file: string;
  /** Whether the lab is that page alone, in a folder that is not the lab's. */
  isAlone?: boolean;
}

/** Reads the files that a page includes, of its lab's folder alone; what is refused is told with the line. */
export class AsciidocIncludes {
  readonly #page: IncludingPage;
  readonly #refuse: (line: number, message: string) => void;
  #count = 0;
  #characters: number;
  /** Of the page itself, where the include that is read now begins. */
  #line = 1;
  /** Such lines by the file that is read there. */
  readonly #linesOf = new Map<string, number[]>();

  /** `characters` are those of the page itself. */
  constructor(page: IncludingPage & { characters: number }, refuse: (line: number, message: string) => void) {
    this.#page = page;
    this.#characters = page.characters;
    this.#refuse = refuse;
  }

  /** Puts the lines of the file in the place of the directive. Never rejects. */
  async read(
    reader: AsciidocReader,
    target: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (reader.file === null) this.#line = Math.max(1, reader.lineno - 1);
    const file = join(dirname(reader.file ?? this.#page.file), target);
    try {
      const { lines, first } = chosenLines(await this.#text(file), attributes);
      this.#linesOf.set(file, [...(this.#linesOf.get(file) ?? []), this.#line]);
      reader.pushInclude(lines, file, file, first, attributes);
    } catch (error) {
      if ("optional-option" in attributes) return;
      const why = error instanceof Error ? error.message : String(error);
      this.#refuse(this.#line, `The file ${target} is not included: ${why}`);
    }
  }

  /** Line of the page that a block of an included file stands at, which is written behind the line `from`. */
  lineOf(file: string, from: number): number {
    const lines = this.#linesOf.get(file) ?? [];
    return Math.max(from, lines.find((line) => line >= from) ?? lines.at(-1) ?? from);
  }

  /** Keys and passwords lie in such files, and whatever else lies beside a page that is a lab alone is not its author's to show. */
  #makeSureOfName(file: string): void {
    if (file.split("/").some((part) => part.startsWith(".")))
      throw new Error("what has a name that begins with a dot is not read");
    if (this.#page.isAlone && !/^[^/]+\.adoc$/.test(file))
      throw new Error(
        "a page that is a lab by itself includes .adoc files beside it; a lab with workshop.yaml and a folder pages includes others",
      );
  }

  async #text(file: string): Promise<string> {
    const { folder } = this.#page;
    const path = join(folder, file);
    if (relative(folder, path).startsWith("..") || !(await isReallyWithin(folder, path)))
      throw new Error("it lies outside of the lab");
    this.#count += 1;
    if (this.#count > MAX_INCLUDES) throw new Error(`a page includes at most ${MAX_INCLUDES} files`);
    const real = await realpath(path).catch(missingFile);
    this.#makeSureOfName(file);
    this.#makeSureOfName(relative(await realpath(folder), real));
    const { size } = await stat(path).catch(missingFile);
    if (size > 4 * MAX_ASCIIDOC_CHARACTERS)
      throw new Error(`it has ${size} bytes, and at most ${4 * MAX_ASCIIDOC_CHARACTERS} are read`);
    const read = await readRegularFile(path);
    const text = unicodeText(read.content);
    if (text === undefined) throw new Error("it is not UTF-8");
    this.#characters += text.length;
    if (this.#characters > MAX_ASCIIDOC_CHARACTERS)
      throw new Error(`a page has at most ${MAX_ASCIIDOC_CHARACTERS} characters with what it includes`);
    const { line, message } = withoutLongBlanks(text);
    if (line !== undefined) throw new Error(`line ${line} of it has ${message.toLowerCase()}`);
    return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  }
}

function missingFile(error: unknown): never {
  const isMissing = (error as NodeJS.ErrnoException | null)?.code === "ENOENT";
  throw isMissing ? new Error("there is no such file in the lab") : error;
}

/** A line that begins or ends a part of a file which includes name: `tag::part[]`, `end::part[]`. */
const TAG_LINE = /(?:^|\s|\/\/|#|--|;)\s*(tag|end)::([\w-]{1,100})\[\]/;

function chosenLines(
  text: string,
  attributes: Readonly<Record<string, string>>,
): { lines: string[]; first: number } {
  const all = text.replace(/\n$/, "").split("\n");
  const numbered = all.map((line, at) => ({ line, number: at + 1, mark: TAG_LINE.exec(line.slice(0, 400)) }));
  const wanted = attributes["lines"] === undefined ? undefined : rangesOf(attributes["lines"], all.length);
  const tags = (attributes["tags"] ?? attributes["tag"])?.split(/[;,]/).map((tag) => tag.trim());
  const open = new Set<string>();
  const chosen = numbered.filter(({ number, mark }) => {
    const [, kind, name = ""] = mark ?? [];
    if (kind === "tag") open.add(name);
    if (kind === "end") open.delete(name);
    if (mark) return false;
    if (tags) return tags.some((tag) => (tag === "*" ? open.size > 0 : tag === "**" || open.has(tag)));
    return wanted === undefined || wanted.some(([from, to]) => number >= from && number <= to);
  });
  if (tags && chosen.length === 0) throw new Error(`it has no part tagged ${tags.join(", ")}`);
  return { lines: chosen.map(({ line }) => line), first: chosen[0]?.number ?? 1 };
}

/** `1..3;7` and `5..-1`, which goes on to the end. */
function rangesOf(text: string, last: number): [number, number][] {
  return text.split(/[;,]/).flatMap((part): [number, number][] => {
    const [, from, dots, to] = /^\s*(\d{1,6})(\.\.)?(-?\d{1,6})?\s*$/.exec(part) ?? [];
    if (from === undefined) return [];
    if (dots === undefined) return [[Number(from), Number(from)]];
    return [[Number(from), to === undefined || Number(to) < 0 ? last : Number(to)]];
  });
}

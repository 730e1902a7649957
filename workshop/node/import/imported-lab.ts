import { basename, join, posix, relative } from "node:path";
import { WorkshopError } from "../../common/errors.js";
import type { LabProblem } from "../../common/lab.js";
import type { WrittenFile } from "../lab-folder.js";
import { programText } from "../program-text.js";
import { type Tell, collectionOf, filesBelow, readFileOf } from "./foreign-folder.js";

const PICTURE = /\.(?:png|jpe?g|gif|svg|webp)$/i;
/** Where a page has a picture of the folders above its own. Linear, however many dots a page has. */
const ABOVE = /\.\.\/[^\s()"'<>]{1,200}\.(?:png|jpe?g|gif|svg|webp)/gi;
/** Pages and programs, as the importers name them. */
const TEXT = /^(?:pages\/.*\.md|files\/\.(?:scenario|track)\/.*|checks\/.*)$/;
/** Programs that do nothing without a cluster. */
const CLUSTER_PROGRAM = /\b(?:kubectl|helm|kustomize|oc)\s/;
const PROGRAM_MODE = 0o755;
const FENCE = "```";

/** A lab that is being written of what another platform calls so, and what of that comes to something else or to nothing. */
export class ImportedLab {
  readonly files: Record<string, WrittenFile> = {};
  readonly problems: LabProblem[] = [];
  /** Ports of the learner's machine that its pages lead to. */
  readonly ports = new Set<number>();
  readonly #folder: string;
  readonly #definition: string;

  /** `definition` is the file of the folder that what cannot be read is told of. */
  constructor(folder: string, definition: string) {
    this.#folder = folder;
    this.#definition = definition;
  }

  /** Whether its pages or programs speak to a cluster. */
  get callsCluster(): boolean {
    return Object.entries(this.files).some(
      ([path, { content }]) => TEXT.test(path) && CLUSTER_PROGRAM.test(Buffer.from(content).toString("utf8")),
    );
  }

  /** Puts a program into the home, and returns the block that runs it. `undefined` where it cannot be read. */
  async programBlock(
    script: string,
    { path, terminal }: { path: string; terminal: 1 | 2 },
  ): Promise<string | undefined> {
    const read = await this.reading(() => readFileOf(this.#folder, script));
    if (!read) return undefined;
    this.files[`files/${path}`] = { content: programText(read.content), mode: PROGRAM_MODE };
    return `${FENCE}execute-${String(terminal)}\nbash ~/${path}\n${FENCE}\n`;
  }

  /** Brings a program as a check of that name, and returns the block that runs it. `undefined` where it cannot be read. */
  async checkBlock(
    script: string,
    name: string,
    change: (program: string) => string = (program) => program,
  ): Promise<string | undefined> {
    const read = await this.reading(() => readFileOf(this.#folder, script));
    if (!read) return undefined;
    this.files[`checks/${name}`] = {
      content: change(Buffer.from(programText(read.content)).toString("utf8")),
      mode: PROGRAM_MODE,
    };
    return `\n${FENCE}examiner:execute-test\nname: ${name}\ntitle: Check this step\n${FENCE}\n`;
  }

  /** Brings its pictures to where addresses find them: beside the page, or in the folder itself. */
  async pictures(): Promise<void> {
    for (const path of (await filesBelow(this.#folder)).filter((each) => PICTURE.test(each))) {
      const read = await this.reading(() => readFileOf(this.#folder, path));
      if (!read) continue;
      this.files[`pages/${path}`] = { content: read.content };
      this.files[`images/${basename(path)}`] ??= { content: read.content };
    }
    await this.#picturesAbove();
  }

  /** Those that it shares with other labs of its collection, and that are there. */
  async #picturesAbove(): Promise<void> {
    const wanted = Object.entries(this.files).flatMap(([page, { content }]) => {
      if (!page.startsWith("pages/") || !page.endsWith(".md")) return [];
      const folder = posix.dirname(page.slice("pages/".length));
      return [...String(content).matchAll(ABOVE)].map(([address]) => posix.join(folder, address));
    });
    const above = new Set(wanted.filter((path) => path.startsWith("../")));
    if (above.size === 0) return;
    const collection = await collectionOf(this.#folder);
    for (const path of above) {
      const inside = relative(collection, join(this.#folder, path));
      const read = await readFileOf(collection, inside).catch(() => undefined);
      if (read) this.files[`images/${basename(path)}`] ??= { content: read.content };
    }
  }

  /** Takes a problem as it is. */
  readonly tell: Tell = (problem) => void this.problems.push(problem);

  /** What is read, or `undefined` with the reason among the problems. */
  async reading<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof WorkshopError)) throw error;
      this.problems.push({
        severity: "error",
        rule: "imported",
        file: this.#definition,
        line: 1,
        message: error.message,
        fix: `Bring the file, or take it out of ${this.#definition}`,
      });
      return undefined;
    }
  }

  /** Line 1 where the place has none. */
  say(
    place: Pick<LabProblem, "file" | "fidelity" | "action"> & { line?: number },
    message: string,
    fix: string,
  ): void {
    this.problems.push({ severity: "warning", rule: "imported", line: 1, message, fix, ...place });
  }
}

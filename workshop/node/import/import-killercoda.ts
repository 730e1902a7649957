import { basename, posix } from "node:path";
import { stringify } from "yaml";
import { ingressName } from "../../common/killercoda/addresses.js";
import { convertPage } from "../../common/killercoda/convert-page.js";
import { type Scenario, type ScenarioPage, pagesOf, unreadKeys } from "../../common/killercoda/scenario.js";
import type { LabProblem } from "../../common/lab.js";
import { labelOf } from "../../common/page-name.js";
import { WorkshopError } from "../../common/errors.js";
import { type WrittenFile, writeLabFolder } from "../lab-folder.js";
import { assetFiles } from "./scenario-assets.js";
import { filesBelow, readFileOf, readScenario, readText } from "./scenario-folder.js";

/** Folder of the home that holds the programs with which a page of the scenario begins. */
const SET_UP_FOLDER = ".scenario";
const PICTURE = /\.(?:png|jpe?g|gif|svg|webp)$/i;
const PROGRAM_MODE = 0o755;
const FENCE = "```";

/**
 * Writes a scenario of Killercoda as a lab of ours and returns what of it comes to something else, or to nothing; files are those of
 * the scenario. Throws LAB_INVALID for a scenario that cannot be read, LAB_EXISTS where the folder holds something.
 */
export async function importKillercoda(folder: string, out: string): Promise<LabProblem[]> {
  const scenario = await readScenario(folder);
  const writing = new LabWriting(folder);
  const pages: string[] = [];
  for (const [at, page] of pagesOf(scenario).entries()) {
    const name = await writing.page(page, String(at + 1).padStart(2, "0"));
    if (name !== undefined) pages.push(name);
  }
  await writing.assets(scenario);
  await writing.pictures();
  writing.about(scenario);
  if (pages.length === 0) pages.push(writing.onlyPage(scenario));
  writing.files["workshop.yaml"] = { content: workshopFile(scenario, writing.outline(basename(out), pages)) };
  await writeLabFolder(out, writing.files);
  return writing.problems;
}

class LabWriting {
  readonly files: Record<string, WrittenFile> = {};
  readonly problems: LabProblem[] = [];
  readonly ports = new Set<number>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a page beside where it was, so that its pictures are found, and returns its path; undefined where it cannot be read. */
  async page(page: ScenarioPage, number: string): Promise<string | undefined> {
    const source = await this.#reading(() => readText(this.#folder, page.text));
    if (source === undefined) return undefined;
    const { text, ports, problems } = convertPage(source);
    for (const port of ports) this.ports.add(port);
    this.problems.push(...problems.map((problem) => ({ ...problem, file: page.text })));
    const path = posix.join(posix.dirname(page.text), `${number}-${labelOf(page.title)}`);
    const parts = [
      `---\n${stringify({ title: page.title })}---\n`,
      ...(await this.#setUp(page, number)),
      text,
      ...(await this.#verify(page, number)),
    ];
    this.files[`pages/${path}.md`] = { content: `${parts.join("\n").trimEnd()}\n` };
    return path;
  }

  /** Programs that ran by themselves when the page was opened are commands that learners run. */
  async #setUp({ foreground, background }: ScenarioPage, number: string): Promise<string[]> {
    const parts: string[] = [];
    for (const [kind, script, terminal] of [
      ["background", background, "2"],
      ["foreground", foreground, "1"],
    ] as const) {
      const read =
        script === undefined ? undefined : await this.#reading(() => readFileOf(this.#folder, script));
      if (script === undefined || read === undefined) continue;
      const name = `${number}-${kind}.sh`;
      this.files[`files/${SET_UP_FOLDER}/${name}`] = { content: read.content, mode: PROGRAM_MODE };
      parts.push(
        `This page begins with a program of its own:\n\n${FENCE}execute-${terminal}\nbash ~/${SET_UP_FOLDER}/${name}\n${FENCE}\n`,
      );
      this.#say(
        { file: script, fidelity: "approximated", action: kind },
        `the ${kind} program does not run by itself but by a block on the page, as the learner and not as root`,
        "Look whether it needs root or packages; put files that it makes into files/",
      );
    }
    return parts;
  }

  async #verify({ verify }: ScenarioPage, number: string): Promise<string[]> {
    const read =
      verify === undefined ? undefined : await this.#reading(() => readFileOf(this.#folder, verify));
    if (verify === undefined || read === undefined) return [];
    const name = `${number}-verify.sh`;
    this.files[`checks/${name}`] = { content: read.content, mode: PROGRAM_MODE };
    this.#say(
      { file: verify, fidelity: "approximated", action: "verify" },
      "the check is a block at the end of the page, and runs as the learner and not as root",
      "Print a sentence as its last line: learners read it when the check fails",
    );
    return [`\n${FENCE}examiner:execute-test\nname: ${name}\ntitle: Check this step\n${FENCE}`];
  }

  async assets(scenario: Scenario): Promise<void> {
    const { files, problems } = await assetFiles(this.#folder, scenario.details.assets);
    Object.assign(this.files, files);
    this.problems.push(...problems);
  }

  /** Addresses of pictures begin beside the page or in the scenario's folder. */
  async pictures(): Promise<void> {
    for (const path of (await filesBelow(this.#folder)).filter((each) => PICTURE.test(each))) {
      const read = await this.#reading(() => readFileOf(this.#folder, path));
      if (!read) continue;
      this.files[`pages/${path}`] = { content: read.content };
      this.files[`images/${basename(path)}`] ??= { content: read.content };
    }
  }

  /** A scenario may be nothing but a machine. */
  onlyPage({ title, description }: Scenario): string {
    const path = "01-start";
    this.files[`pages/${path}.md`] = { content: `# ${title}\n\n${description}\n` };
    return path;
  }

  outline(name: string, pages: string[]): Outline {
    const texts = pages.map((page) => String(this.files[`pages/${page}.md`]?.content));
    return { name, pages, ports: [...this.ports], isSplit: texts.some((text) => text.includes("execute-2")) };
  }

  about(scenario: Scenario): void {
    const { imageid } = scenario.backend;
    if (imageid?.startsWith("kubernetes") === true || imageid?.startsWith("k3s") === true)
      this.#say(
        { file: "index.json", fidelity: "approximated" },
        `the image ${imageid} is a cluster of the learner's own; here it is a namespace, and what concerns the whole cluster is refused`,
        "Look for nodes, cluster roles and other namespaces in its commands",
      );
    else
      this.#say(
        { file: "index.json", fidelity: "approximated" },
        `the image ${imageid ?? "of the scenario"} is a machine with root; here learners have an account, and the programs that Lectern's machine has`,
        "Look for package managers and system files in its commands",
      );
    for (const key of unreadKeys(scenario))
      this.#say(
        { file: "index.json", fidelity: "lacking" },
        `nothing is made of \`${key}\``,
        "Leave it out, or say in the pages what it is to bring",
      );
  }

  async #reading<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof WorkshopError)) throw error;
      this.problems.push({
        severity: "error",
        rule: "imported",
        file: "index.json",
        line: 1,
        message: error.message,
        fix: "Bring the file, or take it out of index.json",
      });
      return undefined;
    }
  }

  #say(place: Pick<LabProblem, "file" | "fidelity" | "action">, message: string, fix: string): void {
    this.problems.push({ severity: "warning", rule: "imported", line: 1, message, fix, ...place });
  }
}

const LEVELS = new Set(["beginner", "intermediate", "advanced"]);

interface Outline {
  name: string;
  pages: string[];
  ports: number[];
  /** Whether its blocks name a second terminal. */
  isSplit: boolean;
}

function workshopFile(scenario: Scenario, { name, pages, ports, isSplit }: Outline): string {
  const level = scenario.difficulty?.toLowerCase() ?? "";
  const layout = scenario.interface.layout ?? "";
  return stringify({
    name: labelOf(name),
    title: scenario.title,
    ...(scenario.description !== "" && { description: scenario.description }),
    ...(LEVELS.has(level) && { level }),
    layout: isSplit ? "split" : "default",
    ...((layout.includes("editor") || layout === "ide") && { editor: true }),
    ...(ports.length > 0 && { ingresses: ports.map((port) => ({ name: ingressName(port), port })) }),
    pages,
  });
}

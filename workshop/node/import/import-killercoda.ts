import { basename, posix } from "node:path";
import { stringify } from "yaml";
import { ingressAddress, ingressName } from "../../common/imported-text.js";
import { withIngresses } from "../../common/killercoda/addresses.js";
import { convertPage } from "../../common/killercoda/convert-page.js";
import { type Scenario, type ScenarioPage, pagesOf, unreadKeys } from "../../common/killercoda/scenario.js";
import { LAB_LEVELS, type LabProblem } from "../../common/lab.js";
import { labelOf } from "../../common/page-name.js";
import { writeLabFolder } from "../lab-folder.js";
import { ImportedLab } from "./imported-lab.js";
import { assetFiles } from "./scenario-assets.js";
import { readText } from "./foreign-folder.js";
import { readScenario } from "./scenario-folder.js";

const DEFINITION = "index.json";
/** Folder of the home that holds the programs with which a page of the scenario begins. */
const SET_UP_FOLDER = ".scenario";

/**
 * Writes a scenario of Killercoda as a lab of ours and returns what of it comes to something else, or to nothing; files are those of
 * the scenario. Throws LAB_INVALID for a scenario that cannot be read, LAB_EXISTS where the folder holds something.
 */
export async function importKillercoda(folder: string, out: string): Promise<LabProblem[]> {
  const lab = new ImportedLab(folder, DEFINITION);
  const scenario = await readScenario(folder, lab.tell);
  if (scenario.title === "") {
    scenario.title = basename(folder);
    lab.say({ file: DEFINITION }, "the scenario has no title; it has its folder's name", 'Write a "title"');
  }
  const pages: string[] = [];
  for (const [at, page] of pagesOf(scenario).entries()) {
    const name = await writePage(lab, { folder, page, number: String(at + 1).padStart(2, "0") });
    if (name !== undefined) pages.push(name);
  }
  const assets = await assetFiles(folder, scenario.details.assets);
  Object.assign(lab.files, assets.files);
  lab.problems.push(...assets.problems);
  await lab.pictures();
  sayWhatDiffers(lab, scenario);
  if (pages.length === 0) pages.push(writeOnlyPage(lab, scenario));
  lab.files["workshop.yaml"] = { content: workshopFile(scenario, { name: basename(out), pages, lab }) };
  await writeLabFolder(out, lab.files);
  return lab.problems;
}

interface NumberedPage {
  folder: string;
  page: ScenarioPage;
  number: string;
}

/** Writes a page beside where it was, so that its pictures are found, and returns its path; `undefined` where it cannot be read. */
async function writePage(
  lab: ImportedLab,
  { folder, page, number }: NumberedPage,
): Promise<string | undefined> {
  const file = page.text ?? DEFINITION;
  if (page.text === undefined)
    lab.say({ file }, `the page ${page.title} has no text`, 'Give it a "text", or write the page');
  const source = page.text === undefined ? "" : await lab.reading(() => readText(folder, file, lab.tell));
  if (source === undefined) return undefined;
  const { text, ports, problems } = convertPage(source);
  for (const port of ports) lab.ports.add(port);
  lab.problems.push(...problems.map((problem) => ({ ...problem, file })));
  const path = posix.join(posix.dirname(file), `${number}-${labelOf(page.title)}`);
  const parts = [
    `---\n${stringify({ title: page.title })}---\n`,
    await programOf(lab, { kind: "background", script: page.background, number, terminal: 2 }),
    await programOf(lab, { kind: "foreground", script: page.foreground, number, terminal: 1 }),
    text,
    await checkOf(lab, page, number),
  ];
  const written = parts.filter((part) => part !== undefined).join("\n");
  lab.files[`pages/${path}.md`] = { content: `${written.trimEnd()}\n` };
  return path;
}

interface PageProgram {
  kind: "background" | "foreground";
  script: string | undefined;
  number: string;
  terminal: 1 | 2;
}

/** What ran by itself when the page was opened is a command that learners run. */
async function programOf(
  lab: ImportedLab,
  { kind, script, number, terminal }: PageProgram,
): Promise<string | undefined> {
  if (script === undefined) return undefined;
  const block = await lab.programBlock(script, { path: `${SET_UP_FOLDER}/${number}-${kind}.sh`, terminal });
  if (block === undefined) return undefined;
  lab.say(
    { file: script, fidelity: "approximated", action: kind },
    `the ${kind} program does not run by itself but by a block on the page, as the learner and not as root`,
    "Look whether it needs root or packages; put files that it makes into files/",
  );
  return `This page begins with a program of its own:\n\n${block}`;
}

async function checkOf(
  lab: ImportedLab,
  { verify }: ScenarioPage,
  number: string,
): Promise<string | undefined> {
  if (verify === undefined) return undefined;
  const block = await lab.checkBlock(verify, `${number}-verify.sh`);
  if (block !== undefined)
    lab.say(
      { file: verify, fidelity: "approximated", action: "verify" },
      "the check is a block at the end of the page, and runs as the learner and not as root",
      "Print a sentence as its last line: learners read it when the check fails",
    );
  return block;
}

/** A scenario may be nothing but a machine. */
function writeOnlyPage({ files }: ImportedLab, { title, description }: Scenario): string {
  const path = "01-start";
  files[`pages/${path}.md`] = { content: `# ${title}\n\n${description}\n` };
  return path;
}

function sayWhatDiffers(lab: ImportedLab, scenario: Scenario): void {
  const { imageid } = scenario.backend;
  const place = { file: DEFINITION, fidelity: "approximated" } as const;
  if (isClusterImage(scenario))
    lab.say(
      place,
      `the image ${imageid ?? ""} is a cluster of the learner's own on machines with root; here it is an embedded one of their own, whose pods run what images Lectern has, and they have an account`,
      "Look for logs, exec, what pods answer, and system files in its commands",
    );
  else
    lab.say(
      place,
      `the image ${imageid ?? "of the scenario"} is a machine with root; here learners have an account, and the programs that Lectern's machine has`,
      "Look for package managers and system files in its commands",
    );
  for (const { name, port, href } of scenario.environment.dashboards)
    if (port === undefined && href === undefined)
      lab.say(
        { file: DEFINITION, fidelity: "lacking" },
        `the tab ${name} leads to no port and no address, and is left out`,
        "Add it to the dashboards of workshop.yaml",
      );
  for (const key of unreadKeys(scenario))
    lab.say(
      { file: DEFINITION, fidelity: "lacking" },
      `nothing is made of \`${key}\``,
      "Leave it out, or say in the pages what it is to bring",
    );
}

function isClusterImage({ backend: { imageid } }: Scenario): boolean {
  return imageid?.startsWith("kubernetes") === true || imageid?.startsWith("k3s") === true;
}

/** As its images call them: `kubernetes-kubeadm-2nodes`, whose commands name `node01`. */
function nodesOf({ backend: { imageid = "" } }: Scenario): string[] {
  const count = Number(/(\d)nodes?\b/.exec(imageid)?.[1] ?? 1);
  const workers = Array.from({ length: Math.max(0, count - 1) }, (_none, at) => `node0${String(at + 1)}`);
  return ["controlplane", ...workers];
}

/** Websites that stood beside the terminal, and ports of the learner's machine. */
function dashboardsOf({ environment }: Scenario, ports: Set<number>): { name: string; url: string }[] {
  return environment.dashboards.flatMap(({ name, port, href }) => {
    if (port === undefined) return href === undefined ? [] : [{ name, url: withIngresses(href, ports) }];
    ports.add(port);
    return [{ name, url: `${ingressAddress(port)}/` }];
  });
}

function workshopFile(
  scenario: Scenario,
  { name, pages, lab }: { name: string; pages: string[]; lab: ImportedLab },
): string {
  const { files, ports } = lab;
  const dashboards = dashboardsOf(scenario, ports);
  const level = LAB_LEVELS.find((each) => each === scenario.difficulty?.toLowerCase());
  const { uilayout, showide } = scenario.environment;
  const layout = `${scenario.interface.layout ?? ""} ${uilayout}`;
  const isSplit =
    /terminal-(?:terminal|split)/.test(uilayout) ||
    pages.some((page) => String(files[`pages/${page}.md`]?.content).includes("execute-2"));
  return stringify({
    name: labelOf(name),
    title: scenario.title,
    ...(scenario.description !== "" && { description: scenario.description }),
    ...(level && { level }),
    ...((isClusterImage(scenario) || lab.callsCluster) && { cluster: "own" }),
    ...(isClusterImage(scenario) && { nodes: nodesOf(scenario) }),
    layout: isSplit ? "split" : "default",
    ...((showide || /editor|vscode|\bide\b/.test(layout)) && { editor: true }),
    ...(dashboards.length > 0 && { dashboards }),
    ...(ports.size > 0 && { ingresses: [...ports].map((port) => ({ name: ingressName(port), port })) }),
    pages,
  });
}

import { type CompiledPage, compileLabPage } from "../common/render-page.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { isWork } from "../common/progress.js";
import { labFileOf } from "./lint-place.js";
import { deadTabs, leftOutTabs, tabMade, unknownTabs } from "./lint-tabs.js";
import { isThere } from "../common/page-links.js";
import { addressInWords, linkedPage } from "../common/page-address.js";
import { terminalsOf, terminalWords } from "../common/terminals.js";
import { sampleVariables } from "../common/variables.js";
import type { ShellLimits } from "../common/shell-limits.js";
import { builtInTabs } from "../common/built-in-tabs.js";
import {
  commandsBeyond,
  conditionsBeyond,
  impossibleObjects,
  lackingInOwnCluster,
  nodesOfNoCluster,
  unplayedImages,
} from "./lint-cluster.js";
import { refusedServices } from "./lint-services.js";
import { type Inspected, missingPictures, missingScripts } from "./lint-files.js";
import { refusedLimits } from "./lint-limits.js";
import { labTexts } from "./lint-home-files.js";
import { unplayedContainers } from "./lint-images.js";
import { oldKubernetes } from "./lint-old-kubernetes.js";
import { type ProgramFinder, lackingPrograms } from "./lint-programs.js";
import { faultyDrawings } from "./lint-drawings.js";
import { PictureSizes } from "./picture-sizes.js";
import { SLIDES_PAGE, SLIDES_TEXT, hasSlidesPage } from "./slides.js";
import { findPictures } from "./pictures.js";
import { notePlayedImages } from "./played-images.js";

export interface InspectOptions {
  /** The variables of the environment that the operator lets labs show; where absent, nobody has said. */
  labVariables?: readonly string[];
  /** Whether formulas and diagrams are tried, as who writes the lab wants to know; that takes a second and more. */
  triesDrawings?: boolean;
  /** Which programs shells find; where it is given, the lab's files are read, and all that it needs and cannot have here is told. */
  hasProgram?: ProgramFinder;
  /** What the operator lets a session's shells use; where absent, nobody has said. */
  sessionLimits?: ShellLimits;
}

/**
 * Compiles every page once with values that stand in for a session's: finds the pictures, counts the steps, and notes what can be
 * found wrong without a cluster in `lab.problems`.
 */
export async function inspectLab(lab: Lab, options: InspectOptions): Promise<void> {
  const variables = sampleVariables(lab);
  const sizes = new PictureSizes(lab);
  const pages: Inspected[] = [];
  const scripts: LabProblem[] = [];
  const drawings: LabProblem[] = [];
  for (const page of lab.pages) {
    const compiled = compileLabPage(lab, page, variables);
    const pictures = compiled.links.filter(({ kind }) => kind === "picture");
    page.pictures = await findPictures(page, lab.source, pictures);
    page.pictureSizes = await sizes.ofPage(page);
    page.steps = compiled.actions.filter(({ view }) => isWork(view)).map(({ view }) => view.step);
    page.blocks = compiled.actions
      .filter(({ view }) => view.kind !== "section-end")
      .map(({ view, line }) => ({ action: view.action, line }));
    page.terminals = [...new Set(compiled.actions.flatMap(({ view }) => view.terminals))].toSorted();
    pages.push({ page, compiled });
    scripts.push(...(await missingScripts(lab, { page, compiled })));
    if (options.triesDrawings) drawings.push(...(await faultyDrawings({ page, compiled })));
  }
  await notePlayedImages(lab, pages);
  const madeTabs = pages.flatMap(({ compiled }) => compiled.actions.flatMap(({ view }) => tabMade(view)));
  const tabs = new Set([...builtInTabs(lab), ...lab.dashboards.map(({ name }) => name), ...madeTabs]);
  const compiledOf = new Map(pages.map(({ page, compiled }) => [page, compiled]));
  const problems = pages.flatMap((inspected) => [
    ...inspected.page.problems.map((problem) => ({ ...problem, file: inspected.page.file })),
    ...inspected.compiled.problems.map((problem) => ({ ...problem, file: inspected.page.file })),
    ...missingPictures(inspected),
    ...lostAnchors(lab, inspected, compiledOf),
    ...misplacedChecks(inspected),
    ...unknownWorkspaces(lab, inspected.page),
    ...latestTags(inspected),
    ...strangeTerminals(lab, inspected),
    ...unknownTabs(lab, inspected, tabs),
  ]);
  lab.problems = [
    ...lab.problems,
    ...deadTabs(lab),
    ...leftOutTabs(lab, madeTabs),
    ...(await missingSlides(lab)),
    ...impossibleObjects(lab, variables, labFileOf(lab)),
    ...conditionsBeyond(lab, pages),
    ...commandsBeyond(lab, pages, variables["session_namespace"] ?? ""),
    ...lackingInOwnCluster(lab, pages, labFileOf(lab)),
    ...nodesOfNoCluster(lab, labFileOf(lab)),
    ...unplayedImages(lab, labFileOf(lab)),
    ...refusedVariables(lab, options),
    ...refusedLimits(lab, options.sessionLimits),
    ...(options.hasProgram ? await lackingHere(lab, pages, options.hasProgram) : []),
    ...scripts,
    ...drawings,
    ...problems,
  ].toSorted(bySeverity);
}

/** What was written for another Kubernetes or another machine, or is refused in a namespace of a session, in pages and in what the lab brings. */
async function lackingHere(lab: Lab, pages: readonly Inspected[], has: ProgramFinder): Promise<LabProblem[]> {
  const texts = await labTexts(lab);
  return [
    ...oldKubernetes(pages, texts),
    ...refusedServices(lab, { pages, texts }),
    ...unplayedContainers(lab, { pages, texts, place: labFileOf(lab) }),
    ...(await lackingPrograms(lab, { pages, texts, has })),
  ];
}

/** What is wrong with the lab; errors first, then by file and line. */
export function lintLab(lab: Lab): LabProblem[] {
  return lab.problems;
}

function bySeverity(one: LabProblem, other: LabProblem): number {
  if (one.severity !== other.severity) return one.severity === "error" ? -1 : 1;
  return one.file.localeCompare(other.file) || one.line - other.line;
}

/** Links to a heading of another page; those within a page are the compiler's. */
function lostAnchors(
  lab: Lab,
  { page, compiled }: Inspected,
  compiledOf: ReadonlyMap<LabPage, CompiledPage>,
): LabProblem[] {
  return compiled.links.flatMap(({ kind, address, line }): LabProblem[] => {
    const [, fragment = ""] = address.split("#", 2);
    const target =
      kind === "link" && !address.startsWith("#") && fragment !== "" && linkedPage(lab, page, address);
    const anchors = target && compiledOf.get(target)?.anchors;
    if (!anchors || isThere(fragment, new Set(anchors))) return [];
    const message = `The link ${addressInWords(address)} leads to no heading of that page`;
    return [
      {
        severity: "error",
        rule: "missing-page",
        file: page.file,
        line,
        message,
        fix: "Correct what stands behind the #",
      },
    ];
  });
}

function misplacedChecks({ page, compiled: { actions } }: Inspected): LabProblem[] {
  const numbers = [
    ...Object.keys(page.checks.expectations).map(Number),
    ...page.checks.standIns.map(({ before }) => before - 1),
  ];
  const beyond = numbers.filter((number) => number >= actions.length);
  return beyond.map((number) => ({
    severity: "error",
    rule: "check-step",
    file: page.file,
    line: page.firstLine,
    message: `The checks speak of step ${number}, but the page has ${actions.length} steps, counted from 0`,
    fix: "Correct the number in the checks file",
  }));
}

function unknownWorkspaces(lab: Lab, page: LabPage): LabProblem[] {
  const named = page.checks.standIns.flatMap(({ workspace }) => workspace ?? []);
  const unknown = [...new Set(named)].filter((workspace) => !lab.workspaces.includes(workspace));
  return unknown.map((workspace) => ({
    severity: "error",
    rule: "workspace",
    file: page.file,
    line: page.firstLine,
    message: `The checks set a policy on the workspace ${workspace}, which sessions of the lab do not have`,
    fix: 'List it under "workspaces"',
  }));
}

function latestTags({ page, compiled: { actions } }: Inspected): LabProblem[] {
  return actions
    .filter(({ view }) => view.terminals.length > 0 && namesLatest(view.text ?? ""))
    .map(({ line }) => ({
      severity: "warning",
      rule: "latest-image",
      file: page.file,
      line,
      message: "The command uses an image tagged latest, which is another image next month",
      fix: "Name a version, or a digest",
    }));
}

/** An image without a tag is `latest` as well, but many labs teach with `--image=nginx`; only the written word is questioned. */
function namesLatest(command: string): boolean {
  const words = command.split(/\s+/);
  return words.some((word, at) => {
    const isImage = word.startsWith("--image=") || words[at - 1] === "--image" || words[at - 1] === "image:";
    return isImage && word.split(/["';|&)]/, 1)[0]?.endsWith(":latest");
  });
}

function strangeTerminals(lab: Lab, { page, compiled: { actions } }: Inspected): LabProblem[] {
  const shown = [...terminalsOf(lab.layout), ...(lab.terminals ?? [])];
  return actions.flatMap(({ line, view }): LabProblem[] => {
    const strange = view.terminals.filter((terminal) => !shown.includes(terminal));
    if (strange.length === 0 || (lab.layout === "none" && lab.source.form !== "native")) return [];
    const where = `The block runs in ${terminalWords(strange)}`;
    const message =
      lab.layout === "none"
        ? `${where}, but the lab's layout is none`
        : `${where}, which the layout ${lab.layout} does not have; it is shown all the same`;
    const severity = lab.layout === "none" ? "error" : "warning";
    return [
      {
        severity,
        rule: "terminal",
        file: page.file,
        line,
        message,
        fix: "Choose another layout, or another terminal",
        action: view.action,
      },
    ];
  });
}

/** A tab of slides that would show nothing. */
async function missingSlides(lab: Lab): Promise<LabProblem[]> {
  if (lab.slides === undefined || (await hasSlidesPage(lab))) return [];
  const message = `The lab has slides, but there is neither ${lab.slides}/${SLIDES_PAGE} nor ${lab.slides}/${SLIDES_TEXT}`;
  const fix = "Add one of them, within the lab, or take the slides out of the lab's definition";
  return [{ severity: "error", rule: "slides", ...labFileOf(lab), message, fix }];
}

function refusedVariables(lab: Lab, { labVariables }: InspectOptions): LabProblem[] {
  if (labVariables === undefined) return [];
  const refused = lab.environment.filter((name) => !labVariables.includes(name));
  return refused.map((name) => ({
    severity: "error",
    rule: "environment",
    ...labFileOf(lab),
    message: `The lab asks for the environment variable ${name}, which this machine's operator does not let labs show`,
    fix: `Start with --lab-variable ${name} or LECTERN_LAB_VARIABLES=${name}, or give it a value under "variables"`,
  }));
}

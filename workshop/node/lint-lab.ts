import { type CompiledPage, compileLabPage } from "../common/render-page.js";
import type { ActionView } from "../common/page-view.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { isWork } from "../common/progress.js";
import { isThere } from "../common/page-links.js";
import { addressInWords, linkedPage } from "../common/page-address.js";
import { terminalsOf, terminalWords } from "../common/terminals.js";
import { sampleVariables } from "../common/variables.js";
import type { ShellLimits } from "../common/shell-limits.js";
import { builtInTabs } from "../common/built-in-tabs.js";
import { addressProblem, dashboardAddress } from "../common/dashboards.js";
import { ingressAt, isIngressLike } from "../common/ingress.js";
import {
  commandsBeyond,
  conditionsBeyond,
  impossibleObjects,
  lackingInOwnCluster,
  nodesOfNoCluster,
  unplayedImages,
} from "./lint-cluster.js";
import { type Inspected, missingPictures, missingScripts } from "./lint-files.js";
import { refusedLimits } from "./lint-limits.js";
import { faultyDrawings } from "./lint-drawings.js";
import { PictureSizes } from "./picture-sizes.js";
import { SLIDES_PAGE, SLIDES_TEXT, hasSlidesPage } from "./slides.js";
import { slidesPlace } from "../common/slides.js";
import { findPictures } from "./pictures.js";
import { notePlayedImages } from "./played-images.js";

export interface InspectOptions {
  /** The variables of the environment that the operator lets labs show; where absent, nobody has said. */
  labVariables?: readonly string[];
  /** Whether formulas and diagrams are tried, as who writes the lab wants to know; that takes a second and more. */
  triesDrawings?: boolean;
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
    ...scripts,
    ...drawings,
    ...problems,
  ].toSorted(bySeverity);
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

/** Blocks that show a tab which is neither a session's own, nor the lab's, nor made by a block of any page. */
function unknownTabs(
  lab: Lab,
  { page, compiled: { actions } }: Inspected,
  tabs: ReadonlySet<string>,
): LabProblem[] {
  return actions
    .filter(({ view }) => view.kind === "open-dashboard" && !tabs.has(view.dashboard ?? ""))
    .map(({ line, view }) => ({
      severity: "error",
      rule: "dashboard",
      file: page.file,
      line,
      message: `The block shows the tab "${view.dashboard ?? ""}", but sessions of the lab have ${[...tabs].join(", ")}`,
      fix: 'Correct the name, or list the tab under "dashboards"',
      action: view.action,
      ...(EDUCATES_FORMS.has(lab.source.form) && { fidelity: "lacking" as const }),
    }));
}

/** The tab that a block makes; loading one that is not there makes it too, where it has an address. */
function tabMade({ kind, dashboard, url }: ActionView): string[] {
  const makes = kind === "create-dashboard" || (kind === "reload-dashboard" && url !== undefined);
  return makes && dashboard !== undefined ? [dashboard] : [];
}

function deadTabs(lab: Lab): LabProblem[] {
  const variables = sampleVariables(lab);
  return lab.dashboards.flatMap((dashboard): LabProblem[] => {
    const address = dashboardAddress(dashboard, variables);
    const isSlides =
      address !== undefined && lab.slides !== undefined && slidesPlace(address, variables) !== undefined;
    const problem =
      address === undefined || isSlides ? undefined : (addressProblem(address) ?? lostIngress(lab, address));
    if (problem === undefined) return [];
    return [
      deadTab(
        lab,
        `The tab "${dashboard.name}" has the address ${dashboard.url ?? ""}, which ${problem}`,
        "Write a whole address that begins with http:// or https://; that of an application names one of the lab's ingresses",
      ),
    ];
  });
}

function deadTab(lab: Lab, message: string, fix: string): LabProblem {
  return { severity: "error", rule: "dashboard", ...labFileOf(lab), message, fix };
}

/** A tab of slides that would show nothing. */
async function missingSlides(lab: Lab): Promise<LabProblem[]> {
  if (lab.slides === undefined || (await hasSlidesPage(lab))) return [];
  const message = `The lab has slides, but there is neither ${lab.slides}/${SLIDES_PAGE} nor ${lab.slides}/${SLIDES_TEXT}`;
  const fix = "Add one of them, within the lab, or take the slides out of the lab's definition";
  return [{ severity: "error", rule: "slides", ...labFileOf(lab), message, fix }];
}

/** Tabs that sessions are made without: of a name alone that no tab of theirs has nor any block makes, and of a name that a tab before has. */
function leftOutTabs(lab: Lab, made: readonly string[]): LabProblem[] {
  const own = builtInTabs(lab);
  return lab.dashboards.flatMap(({ name, url }, at): LabProblem[] => {
    if (lab.dashboards.findIndex((other) => other.name === name) < at)
      return [
        deadTab(lab, `There is another tab of the name "${name}" before`, "Give each tab its own name"),
      ];
    if (url !== undefined || own.includes(name) || made.includes(name)) return [];
    const message = `The tab "${name}" has no address, and sessions of the lab have no tab of that name of their own`;
    return [deadTab(lab, message, `Give it a url, or name one of ${own.join(", ")}`)];
  });
}

/** Why nothing answers at an address below the domain of applications, as the end of a sentence. */
function lostIngress(lab: Lab, address: string): string | undefined {
  const variables = sampleVariables(lab);
  if (!isIngressLike(address, variables) || ingressAt(address, lab.ingresses, variables)) return undefined;
  return "names an application that the lab lists no ingress for";
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

const EDUCATES_FORMS: ReadonlySet<string> = new Set(["classic", "hugo"]);

/** Where a lab says what is not the text of its pages. */
function labFileOf({ source }: Lab): { file: string; line: number } {
  return { file: EDUCATES_FORMS.has(source.form) ? "resources/workshop.yaml" : "workshop.yaml", line: 1 };
}

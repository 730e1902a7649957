import type { CompiledPage } from "../common/compile-page.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { compileLabPage } from "../common/render-page.js";
import { sampleVariables } from "../common/variables.js";

/** Finds what can be found without a cluster; errors first, then by file and line. */
export function lintLab(lab: Lab): LabProblem[] {
  const variables = sampleVariables(lab);
  const problems = lab.pages.flatMap((page) => {
    const compiled = compileLabPage(lab, page, variables, { fileUrl: (path) => path });
    const found = [
      ...compiled.problems.map((problem) => ({ ...problem, file: page.file })),
      ...missingPictures(page),
    ];
    return [
      ...found,
      ...misplacedChecks(page, compiled),
      ...unknownWorkspaces(lab, page),
      ...latestTags(page, compiled),
      ...unreachableTerminals(lab, page, compiled),
    ];
  });
  return [...lab.problems, ...problems].toSorted(bySeverity);
}

function bySeverity(one: LabProblem, other: LabProblem): number {
  if (one.severity !== other.severity) return one.severity === "error" ? -1 : 1;
  return one.file.localeCompare(other.file) || one.line - other.line;
}

function missingPictures(page: LabPage): LabProblem[] {
  const missing = Object.entries(page.pictures).filter(([, path]) => path === null);
  return missing.map(([src]) => ({
    severity: "warning",
    rule: "missing-picture",
    file: page.file,
    line: lineOf(page, src),
    message: `The picture ${src} was found neither beside the page, nor in images/ of the lab, nor in images/ of the repository; the page shows its name instead`,
    fix: "Add the picture in one of these places, or remove it from the page",
  }));
}

function misplacedChecks(page: LabPage, { actions }: CompiledPage): LabProblem[] {
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

/** An image without a tag is `latest` as well, but many labs teach with `--image=nginx`; only the written word is questioned. */
const LATEST = /(?:--image[= ]|image:\s*)\S+:latest\b/;

function latestTags(page: LabPage, { actions }: CompiledPage): LabProblem[] {
  return actions
    .filter(({ view }) => view.terminals.length > 0 && LATEST.test(view.text ?? ""))
    .map(({ line }) => ({
      severity: "warning",
      rule: "latest-image",
      file: page.file,
      line,
      message: "The command uses an image tagged latest, which is another image next month",
      fix: "Name a version, or a digest",
    }));
}

function unreachableTerminals(lab: Lab, page: LabPage, { actions }: CompiledPage): LabProblem[] {
  if (lab.source.form !== "native" || lab.layout !== "none") return [];
  return actions
    .filter(({ view }) => view.terminals.length > 0)
    .map(({ line, view }) => ({
      severity: "error",
      rule: "terminal",
      file: page.file,
      line,
      message: `The block runs in terminal ${view.terminals[0]}, but the lab's layout is none`,
      fix: "Choose another layout in workshop.yaml",
    }));
}

function lineOf(page: LabPage, text: string): number {
  const at = page.source.indexOf(text);
  return page.firstLine + (at < 0 ? 0 : page.source.slice(0, at).split("\n").length - 1);
}

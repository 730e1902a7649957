import type { PageAction } from "../common/action.js";
import { type CommandWord, programWords, readCommands } from "../common/commands/simple-commands.js";
import { oldKubectl } from "../common/kubernetes-age/old-kubectl.js";
import { isSameShape, oldObjectWords, oldObjects } from "../common/kubernetes-age/old-objects.js";
import type { LabPage, LabProblem } from "../common/lab.js";
import { type LabText, textsNamed } from "./lint-home-files.js";
import type { Inspected } from "./lint-files.js";

export const OLD_KUBERNETES_RULE = "old-kubernetes";

/** What lint can put right by itself is said with it. */
const FIXES = " (lectern lint --fix does it)";

/** What of a lab is written for a Kubernetes of years ago, in its pages and in the texts it brings; each with its place. */
export function oldKubernetes(pages: readonly Inspected[], texts: readonly LabText[]): LabProblem[] {
  return [
    ...texts.flatMap(inText),
    ...pages.flatMap(({ page, compiled }) => [
      ...inPage(page, compiled.actions),
      ...compiled.actions.flatMap((action) => inCommand(page, action, texts)),
    ]),
  ];
}

function inText({ file, text, isProgram }: LabText): LabProblem[] {
  const commands = isProgram ? oldKubectl(text) : [];
  return [
    ...objectProblems(text, file, (line) => line + 1),
    ...commands.map(({ line, message, fix, dashesAt }) =>
      problem({ file, line: line + 1 }, message, fix + (dashesAt === undefined ? "" : FIXES)),
    ),
  ];
}

/** Manifests that a page shows or puts into files; one that a block holds is the block's. */
function inPage(page: LabPage, actions: readonly PageAction[]): LabProblem[] {
  const lineOf = (line: number): number => page.lines?.[line] ?? page.firstLine + line;
  return objectProblems(page.source, page.file, lineOf).map((found) => {
    const holder = actions.findLast(({ line }) => line <= found.line);
    const isInside = holder !== undefined && textIn(holder).includes("apiVersion");
    return isInside && holder.expectation.exit === 0 ? { ...found, action: holder.view.action } : found;
  });
}

function textIn({ view, edit }: PageAction): string {
  return `${view.text ?? ""}${edit === undefined ? "" : JSON.stringify(edit)}`;
}

function objectProblems(text: string, file: string, lineOf: (line: number) => number): LabProblem[] {
  return oldObjects(text).map((old) => {
    const { message, fix } = oldObjectWords(old);
    return problem({ file, line: lineOf(old.line) }, message, fix + (isSameShape(text, old) ? FIXES : ""));
  });
}

const TAKEN_UP: ReadonlySet<PageAction["view"]["kind"]> = new Set([
  "execute",
  "execute-all",
  "copy",
  "copy-and-edit",
]);

/** What a command says itself, and the manifests it hands over. A block that is to fail says nothing wrong. */
function inCommand(page: LabPage, action: PageAction, texts: readonly LabText[]): LabProblem[] {
  const { view, line, expectation } = action;
  if (!TAKEN_UP.has(view.kind) || view.text === undefined || expectation.exit !== 0) return [];
  const place = { file: page.file, line, action: view.action };
  return [
    ...oldKubectl(view.text).map(({ message, fix, dashesAt }) =>
      problem(place, message, fix + (dashesAt === undefined ? "" : FIXES)),
    ),
    ...handedOver(view.text, texts).map((file) =>
      problem(
        place,
        `The command hands over ${file}, in which Kubernetes no longer takes an object`,
        `Correct ${file}; what is wrong there stands with its line`,
      ),
    ),
  ];
}

/** Manifests with something old in them that the commands hand to kubectl. */
function handedOver(text: string, texts: readonly LabText[]): string[] {
  const old = texts.filter((one) => !one.isProgram && oldObjects(one.text).length > 0);
  if (old.length === 0) return [];
  const named = readCommands(text).commands.flatMap((command) => {
    const words = programWords(command);
    return words[0]?.text === "kubectl" || words[0]?.text === "k" ? filesIn(words) : [];
  });
  return [...new Set(named.flatMap((word) => textsNamed(word, old).map(({ file }) => file)))];
}

const FILE_OPTIONS: ReadonlySet<string> = new Set(["-f", "--filename", "-k", "--kustomize"]);

/** What stands behind `-f` and `-k` of a command that makes or changes objects; `--dry-run` asks for the kinds as well. */
export function filesIn(words: readonly CommandWord[]): string[] {
  return words.flatMap(({ text }, at) => {
    const long = /^(?:--filename|--kustomize|-f|-k)=(.*)$/.exec(text)?.[1];
    return long ?? (FILE_OPTIONS.has(text) ? (words[at + 1]?.text ?? []) : []);
  });
}

function problem(
  place: Pick<LabProblem, "file" | "line" | "action">,
  message: string,
  fix: string,
): LabProblem {
  return {
    severity: "warning",
    rule: OLD_KUBERNETES_RULE,
    message,
    fix,
    fidelity: "lacking",
    ...place,
  };
}

import type { PageAction } from "../common/action.js";
import { type CommandWord, programWords, readCommands } from "../common/commands/simple-commands.js";
import { type OldCommand, oldKubectl } from "../common/kubernetes-age/old-kubectl.js";
import {
  type OldObject,
  isSameShape,
  isVersionLine,
  oldObjectWords,
  oldObjects,
} from "../common/kubernetes-age/old-objects.js";
import { lostDeployments } from "../common/kubernetes-age/run-deployments.js";
import type { LabPage, LabProblem } from "../common/lab.js";
import { type LabText, textsNamed } from "./lint-home-files.js";
import type { Inspected } from "./lint-files.js";

export const OLD_KUBERNETES_RULE = "old-kubernetes";

/** What lint can put right by itself is said with it. */
const FIXES = " (lectern lint --fix does it)";

/** Whether a finding is one of those that `fixOldKubernetes` puts right. */
export function isFixable({ rule, fix }: LabProblem): boolean {
  return rule === OLD_KUBERNETES_RULE && fix.endsWith(FIXES);
}

/** What of a lab is written for a Kubernetes of years ago, in its pages and in the texts it brings; each with its place. */
export function oldKubernetes(pages: readonly Inspected[], texts: readonly LabText[]): LabProblem[] {
  const old = texts.filter(({ text, isProgram }) => !isProgram && oldObjects(text).length > 0);
  const intent = intentOf(pages, texts, old);
  return [
    ...texts.flatMap((text) => inText(text, intent)),
    ...pages.flatMap(({ page, compiled }) => [
      ...inPage(page, compiled.actions, intent),
      ...compiled.actions.flatMap((action) => inCommand(page, action, old)),
    ]),
    ...podsOfToday(pages, texts),
  ];
}

/** What a lab shows to be old on purpose, and what therefore stays as it is. */
interface Intent {
  /** Files that a block hands over which is to fail. */
  refused: ReadonlySet<string>;
  /** Whether pages or programs speak of the version: they explain, look for or replace it. */
  speaksOf: (apiVersion: string) => boolean;
}

function intentOf(pages: readonly Inspected[], texts: readonly LabText[], old: readonly LabText[]): Intent {
  const refused = pages.flatMap(({ compiled }) =>
    compiled.actions
      .filter(({ expectation }) => expectation.exit !== 0)
      .flatMap(({ view }) => handedOver(view.text ?? "", old)),
  );
  const spoken = [
    ...pages.map(({ page }) => page.source),
    ...texts.filter(({ isProgram }) => isProgram).map(({ text }) => text),
  ];
  const known = new Map<string, boolean>();
  const look = (apiVersion: string): boolean =>
    spoken.some(
      (text) =>
        text.includes(apiVersion) &&
        text.split("\n").some((line) => line.includes(apiVersion) && !isVersionLine(line)),
    );
  const speaksOf = (apiVersion: string): boolean => {
    const answer = known.get(apiVersion) ?? look(apiVersion);
    known.set(apiVersion, answer);
    return answer;
  };
  return { refused: new Set(refused), speaksOf };
}

function inText({ file, text, isProgram }: LabText, { refused, speaksOf }: Intent): LabProblem[] {
  const commands = isProgram ? oldKubectl(text) : [];
  const lines = text.split("\n");
  return [
    ...oldObjects(text).map((old) => {
      const isMeant = refused.has(file) || speaksOf(old.removed.apiVersion);
      return objectProblem(old, { file, line: old.line + 1 }, !isMeant && isSameShape(lines, old));
    }),
    ...commands.map((old) => commandProblem(old, { file, line: old.line + 1 })),
  ];
}

/** Manifests that a page shows or puts into files; one that a block holds is the block's, and nothing is said of it where that is to fail. */
function inPage(page: LabPage, actions: readonly PageAction[], { speaksOf }: Intent): LabProblem[] {
  const lines = page.source.split("\n");
  return oldObjects(page.source).flatMap((old): LabProblem[] => {
    const line = page.lines?.[old.line] ?? page.firstLine + old.line;
    const before = actions.findLast((action) => action.line <= line);
    const holder = before && textIn(before).includes((lines[old.line] ?? "").trim()) ? before : undefined;
    if (holder && holder.expectation.exit !== 0) return [];
    const place = { file: page.file, line };
    // What stands in no block is for reading, and may tell how things were.
    if (!holder) return [objectProblem(old, place, false)];
    const canFix = !speaksOf(old.removed.apiVersion) && isSameShape(lines, old);
    return [objectProblem(old, { ...place, action: holder.view.action }, canFix)];
  });
}

function textIn({ view, edit }: PageAction): string {
  return `${view.text ?? ""}${edit === undefined ? "" : JSON.stringify(edit)}`;
}

type Place = Pick<LabProblem, "file" | "line" | "action">;

function objectProblem(old: OldObject, place: Place, canFix: boolean): LabProblem {
  const { message, fix } = oldObjectWords(old);
  return problem(place, message, fix + (canFix ? FIXES : ""));
}

function commandProblem({ message, fix, dashesAt }: OldCommand, place: Place): LabProblem {
  return problem(place, message, fix + (dashesAt === undefined ? "" : FIXES));
}

const TAKEN_UP: ReadonlySet<PageAction["view"]["kind"]> = new Set([
  "execute",
  "execute-all",
  "copy",
  "copy-and-edit",
]);

/** What a command says itself, and the manifests it hands over. A block that is to fail says nothing wrong. */
function inCommand(page: LabPage, action: PageAction, old: readonly LabText[]): LabProblem[] {
  const { view, line, expectation } = action;
  if (!TAKEN_UP.has(view.kind) || view.text === undefined || expectation.exit !== 0) return [];
  const place = { file: page.file, line, action: view.action };
  return [
    ...oldKubectl(view.text).map((command) => commandProblem(command, place)),
    ...handedOver(view.text, old).map((file) =>
      problem(
        place,
        `The command hands over ${file}, in which Kubernetes no longer takes an object`,
        `Correct ${file}; what is wrong there stands with its line`,
      ),
    ),
  ];
}

/** Blocks that ask for a Deployment which `kubectl run` made once. */
function podsOfToday(pages: readonly Inspected[], texts: readonly LabText[]): LabProblem[] {
  const blocks = pages.flatMap(({ page, compiled }) =>
    compiled.actions
      .filter(({ view, expectation }) => TAKEN_UP.has(view.kind) && expectation.exit === 0)
      .map(({ view, line }) => ({ file: page.file, line, action: view.action, text: view.text ?? "" })),
  );
  const manifests = [...pages.map(({ page }) => page.source), ...texts.map(({ text }) => text)];
  const lost = lostDeployments(blocks.map(({ text }) => text));
  if (lost.length === 0) return [];
  const named = new Set(manifests.flatMap(namesIn));
  return lost.flatMap(({ text, name }) => {
    const { file, line, action } = blocks[text] ?? {};
    if (file === undefined || line === undefined || named.has(name)) return [];
    const message = `The command asks for a Deployment ${name}, and since 1.18 \`kubectl run ${name}\` makes one pod`;
    const fix = `Use \`kubectl create deployment ${name} --image=IMAGE\` where it is made, or ask for pod/${name}`;
    return [problem({ file, line, ...(action !== undefined && { action }) }, message, fix)];
  });
}

/** What objects in a text of manifests are called, and more that is written like it. */
function namesIn(text: string): string[] {
  return [...text.matchAll(NAME)].flatMap(([, name]) => name ?? []);
}

const NAME = /\bname["']?:[ \t]{0,20}["']?([a-z0-9.-]{1,253})/g;

/** Of manifests with something old in them, those that the commands hand to kubectl. */
function handedOver(text: string, old: readonly LabText[]): string[] {
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

function problem(place: Place, message: string, fix: string): LabProblem {
  return {
    severity: "warning",
    rule: OLD_KUBERNETES_RULE,
    message,
    fix,
    fidelity: "lacking",
    ...place,
  };
}

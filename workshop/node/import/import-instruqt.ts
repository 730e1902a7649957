import { basename } from "node:path";
import { stringify } from "yaml";
import { convertAssignment } from "../../common/instruqt/convert-assignment.js";
import { type Track, levelOf, minutesOf, questionOf } from "../../common/instruqt/track.js";
import { ingressName } from "../../common/imported-text.js";
import type { LabProblem } from "../../common/lab.js";
import { labelOf } from "../../common/page-name.js";
import { writeLabFolder } from "../lab-folder.js";
import { ImportedLab } from "./imported-lab.js";
import {
  type ChallengePrograms,
  type ProgramKind,
  type TrackChallenge,
  challengeFolders,
  programsOf,
  readChallenge,
  readNode,
  readTrack,
} from "./track-folder.js";
import { TrackTabs } from "./track-tabs.js";

const DEFINITION = "track.yml";
/** Folder of the home that holds the programs of the track. */
const PROGRAM_FOLDER = ".track";
const FENCE = "```";

/**
 * Writes a track of Instruqt as a lab of ours and returns what of it comes to something else, or to nothing; files are those of the
 * track. Throws LAB_INVALID for a track that cannot be read, LAB_EXISTS where the folder holds something.
 */
export async function importInstruqt(folder: string, out: string): Promise<LabProblem[]> {
  const lab = new ImportedLab(folder, DEFINITION);
  const track = await readTrack(folder, lab.tell);
  const node = await lab.reading(() => readNode(folder, lab.tell));
  const tabs = new TrackTabs(lab);
  const begins = await setUp(lab, await programsOf(folder, "track_scripts"), "track");
  const pages: string[] = [];
  for (const name of await challengeFolders(folder)) {
    const challenge = await lab.reading(() =>
      readChallenge({ track: folder, folder: name, tell: lab.tell }, track.isUndefined),
    );
    if (!challenge) continue;
    for (const tab of challenge.front.tabs ?? []) tabs.take(tab, `${name}/assignment.md`);
    pages.push(await writePage(lab, challenge, pages.length === 0 ? begins : undefined));
  }
  if (track.isUndefined)
    lab.say(
      { file: ".", fidelity: "approximated" },
      "there is no track.yml: title, time and machines of the track are not known, and its challenges are pages in the order of their folders",
      "Give the lab its title, its minutes and what it needs in workshop.yaml",
    );
  if (pages.length === 0) pages.push(onlyPage(lab, track));
  await lab.pictures();
  lab.say(
    { file: DEFINITION, fidelity: "approximated" },
    lab.callsCluster
      ? "the machines of the track are one here, where learners have an account and not root, and an embedded cluster of their own, whose pods run what images Lectern has"
      : "the machines of the track are one here, where learners have an account, and not root",
    "Look for package managers, system files, and what pods answer in its commands",
  );
  lab.files["workshop.yaml"] = {
    content: workshopFile(track, { name: basename(out), pages, lab, tabs, node }),
  };
  await writeLabFolder(out, lab.files);
  return lab.problems;
}

async function writePage(
  lab: ImportedLab,
  challenge: TrackChallenge,
  begins: string | undefined,
): Promise<string> {
  const { folder, front, source, firstLine, programs } = challenge;
  const { text, problems } = convertAssignment(source, firstLine);
  lab.problems.push(...problems.map((problem) => ({ ...problem, file: `${folder}/assignment.md` })));
  const parts = [
    `---\n${stringify({ title: front.title })}---\n`,
    begins,
    notesOf(lab, challenge),
    await setUp(lab, programs, folder),
    text,
    questionBlock(challenge),
    await solution(lab, programs, folder),
    await check(lab, programs, folder),
  ];
  const path = `${folder}/${labelOf(front.title)}`;
  lab.files[`pages/${path}.md`] = {
    content: `${parts
      .filter((part) => part !== undefined)
      .join("\n")
      .trimEnd()}\n`,
  };
  return path;
}

/** What was shown while the machines started stands at the top of the page. */
function notesOf(lab: ImportedLab, { folder, front }: TrackChallenge): string | undefined {
  const notes = front.notes ?? [];
  for (const { type } of notes)
    if (type !== "text")
      lab.say(
        { file: `${folder}/assignment.md`, fidelity: "lacking" },
        `a note of the type ${type} is left out`,
        "Put it into the page",
      );
  const texts = notes.flatMap(({ type, contents }) =>
    type === "text" && contents !== undefined ? [contents] : [],
  );
  if (texts.length === 0) return undefined;
  return `${convertAssignment(texts.join("\n\n"), 1)
    .text.trim()
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n")}\n`;
}

async function setUp(
  lab: ImportedLab,
  programs: ChallengePrograms,
  name: string,
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "setup");
  for (const cleanup of programs.cleanup)
    lab.say(
      { file: cleanup, fidelity: "lacking" },
      "what cleans up is not run: a session takes everything with it",
      "Nothing, unless it frees something elsewhere",
    );
  if (script === undefined) return undefined;
  const block = await lab.programBlock(script, { path: `${PROGRAM_FOLDER}/${name}-setup.sh`, terminal: 1 });
  if (block === undefined) return undefined;
  lab.say(
    { file: script, fidelity: "approximated", action: "setup" },
    "the set-up does not run by itself but by a block on the page, as the learner and not as root",
    "Look whether it needs root or packages; put files that it makes into files/",
  );
  return `This page begins with a program of its own:\n\n${block}`;
}

/** What solves a challenge is folded away below it; whoever validates the lab runs it like every block. */
async function solution(
  lab: ImportedLab,
  programs: ChallengePrograms,
  name: string,
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "solve");
  if (script === undefined) return undefined;
  const block = await lab.programBlock(script, { path: `${PROGRAM_FOLDER}/${name}-solve.sh`, terminal: 1 });
  if (block === undefined) return undefined;
  lab.say(
    { file: script, fidelity: "approximated", action: "solve" },
    "what solves the challenge is a folded block of the page, in place of the button Skip",
    "Take it out where learners are not to see it",
  );
  return `\n${FENCE}section:begin\nname: solution\ntitle: Do this for me\n${FENCE}\n\n${block}\n${FENCE}section:end\nname: solution\n${FENCE}\n`;
}

async function check(
  lab: ImportedLab,
  programs: ChallengePrograms,
  name: string,
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "check");
  if (script === undefined) return undefined;
  const block = await lab.checkBlock(script, `${name}-check.sh`, withHelpers);
  if (block !== undefined)
    lab.say(
      { file: script, fidelity: "approximated", action: "check" },
      "the check is a block at the end of the page, and runs as the learner and not as root",
      "Try it; what fail-message says is what learners read",
    );
  return block;
}

/** What Instruqt's machines give to checks, as far as they say something to learners. */
function withHelpers(program: string): string {
  if (!program.includes("fail-message")) return program;
  const [first = "", ...rest] = program.split("\n");
  // A name with a hyphen is a function in bash alone.
  return [
    "#!/bin/bash",
    "fail-message() { printf '%s\\n' \"$*\"; }",
    ...(first.startsWith("#!") ? [] : [first]),
    ...rest,
  ].join("\n");
}

function questionBlock({ front }: TrackChallenge): string | undefined {
  const question = questionOf(front);
  if (!question) return undefined;
  const kind = Array.isArray(question["answer"]) ? "many" : "one";
  return `\n${FENCE}quiz:${kind}\n${stringify(question)}${FENCE}\n`;
}

/** There is one machine here: the program of the first, and of the others that they are left out. */
function onlyOf(
  lab: ImportedLab,
  programs: ChallengePrograms,
  kind: Exclude<ProgramKind, "cleanup">,
): string | undefined {
  const [first, ...others] = programs[kind];
  for (const file of others)
    lab.say(
      { file, fidelity: "lacking", action: kind },
      "a program for a second machine is left out; there is one here",
      "Put what it does into the other",
    );
  return first;
}

function onlyPage({ files }: ImportedLab, { title, teaser }: Track): string {
  files["pages/01-start.md"] = { content: `# ${title}\n\n${teaser}\n` };
  return "01-start";
}

interface TrackParts {
  name: string;
  pages: string[];
  lab: ImportedLab;
  tabs: TrackTabs;
  /** Of its cluster. */
  node: string | undefined;
}

function workshopFile(track: Track, { name, pages, lab, tabs, node }: TrackParts): string {
  const level = levelOf(track);
  const minutes = minutesOf(track);
  return stringify({
    name: labelOf(name),
    title: track.title,
    ...(track.teaser !== "" && { description: track.teaser.replaceAll(/\s+/g, " ").trim() }),
    ...(minutes !== undefined && { minutes }),
    ...(level && { level }),
    ...(lab.callsCluster && { cluster: "own" }),
    ...(lab.callsCluster && node !== undefined && { nodes: [node] }),
    layout: "default",
    ...(tabs.hasEditor && { editor: true }),
    ...(tabs.dashboards.length > 0 && { dashboards: tabs.dashboards }),
    ...(lab.ports.size > 0 && {
      ingresses: [...lab.ports].map((port) => ({ name: ingressName(port), port })),
    }),
    pages,
  });
}

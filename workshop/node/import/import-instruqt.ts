import { basename } from "node:path";
import { stringify } from "yaml";
import { convertAssignment } from "../../common/instruqt/convert-assignment.js";
import { type Track, levelOf, minutesOf, questionOf } from "../../common/instruqt/track.js";
import { ingressName } from "../../common/imported-text.js";
import type { LabProblem } from "../../common/lab.js";
import { labelOf } from "../../common/page-name.js";
import { writeLabFolder } from "../lab-folder.js";
import { ImportedLab } from "./imported-lab.js";
import { challengePlaces, readInline } from "./inline-challenges.js";
import {
  type TrackChallenge,
  type TrackDefinition,
  challengeFolders,
  programsOf,
  readChallenge,
  readTrack,
} from "./track-folder.js";
import { takeMachines } from "./track-machines.js";
import { check, setUp, solution } from "./track-programs.js";
import { TrackTabs } from "./track-tabs.js";

const DEFINITION = "track.yml";
const FENCE = "```";

/**
 * Writes a track of Instruqt as a lab of ours and returns what of it comes to something else, or to nothing; files are those of the
 * track. Throws LAB_INVALID for a track that cannot be read, LAB_EXISTS where the folder holds something.
 */
export async function importInstruqt(folder: string, out: string): Promise<LabProblem[]> {
  const lab = new ImportedLab(folder, DEFINITION);
  const definition = await readTrack(folder, lab.tell);
  const { track, isThere } = definition;
  const machines = await takeMachines(lab, folder);
  const tabs = new TrackTabs(lab);
  const begins = await setUp(lab, await programsOf(folder, "track_scripts"), "track");
  const places = await challengePlaces(folder, await challengeFolders(folder), track.challenges ?? []);
  const challenges: TrackChallenge[] = [];
  const pages: string[] = [];
  for (const place of places) {
    const challenge = await lab.reading(() =>
      "inline" in place
        ? readInline(folder, definition, place)
        : readChallenge({ track: folder, folder: place.folder, tell: lab.tell }, !isThere),
    );
    if (!challenge) continue;
    challenges.push(challenge);
    for (const tab of challenge.front.tabs ?? []) tabs.take(tab, challenge.file);
    const top = pages.length === 0 ? [aboutTrack(lab, definition), begins] : [];
    pages.push(await writePage(lab, challenge, { top, environment: machines.environment }));
  }
  if (!isThere)
    lab.say(
      { file: ".", fidelity: "approximated" },
      "there is no track.yml: title, time and machines of the track are not known, and its challenges are pages in the order of their folders",
      "Give the lab its title, its minutes and what it needs in workshop.yaml",
    );
  if (places.length === 0) lab.tell(NO_CHALLENGE);
  if (pages.length === 0) pages.push(onlyPage(lab, definition));
  await lab.pictures();
  lab.say(
    { file: DEFINITION, fidelity: "approximated" },
    lab.callsCluster
      ? "the machines of the track are one here, where learners have an account and not root, and an embedded cluster of their own, whose pods run what images Lectern has"
      : "the machines of the track are one here, where learners have an account, and not root",
    "Look for package managers, system files, and what pods answer in its commands",
  );
  lab.files["workshop.yaml"] = {
    content: workshopFile(track, { name: basename(out), pages, challenges, lab, tabs, node: machines.node }),
  };
  await writeLabFolder(out, lab.files);
  return lab.problems;
}

/** A track is its challenges: without one a single page with the teaser is all that can be made of it. */
const NO_CHALLENGE: LabProblem = {
  severity: "error",
  rule: "imported",
  file: DEFINITION,
  line: 1,
  message:
    "the track has no challenge: there is neither a folder with an assignment.md nor an entry of `challenges` in track.yml; the lab is one page with its teaser",
  fix: "Bring the folders of its challenges: instruqt track pull",
};

async function writePage(
  lab: ImportedLab,
  challenge: TrackChallenge,
  {
    top,
    environment,
  }: { top: readonly (string | undefined)[]; environment: Readonly<Record<string, string>> },
): Promise<string> {
  const { folder, file, front, source, firstLine, programs } = challenge;
  const { text, problems } = convertAssignment(source, firstLine, front.tabs);
  lab.problems.push(...problems.map((problem) => ({ ...problem, file })));
  const parts = [
    `---\n${stringify({ title: front.title })}---\n`,
    ...top,
    teaserOf(challenge),
    notesOf(lab, challenge),
    await setUp(lab, programs, folder),
    text,
    questionBlock(challenge),
    await solution(lab, programs, folder),
    await check(lab, programs, { name: folder, environment }),
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

/** What the page of the track says of it stands at the top of the first, where the catalogue does not say it. */
function aboutTrack(lab: ImportedLab, { track, textLineOf }: TrackDefinition): string | undefined {
  const about = track.description.trim();
  if (about === "" || inOneLine(about) === descriptionOf(track)) return undefined;
  const { text, problems } = convertAssignment(about, textLineOf(["description"]));
  lab.problems.push(...problems.map((problem) => ({ ...problem, file: DEFINITION })));
  return `${text}\n`;
}

/** One sentence for the catalogue. */
function descriptionOf({ teaser, description }: Track): string {
  return inOneLine(teaser) || inOneLine(description.trim().split("\n\n")[0] ?? "");
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What the list of challenges says of it, where its text does not begin so itself. */
function teaserOf({ front: { teaser }, source }: TrackChallenge): string | undefined {
  const text = teaser.trim();
  if (text === "" || source.includes(text)) return undefined;
  return `${convertAssignment(text, 1).text}\n`;
}

/** What was shown while the machines started stands at the top of the page. */
function notesOf(lab: ImportedLab, { file, front }: TrackChallenge): string | undefined {
  const notes = front.notes ?? [];
  for (const { type } of notes)
    if (type !== "text")
      lab.say(
        { file, fidelity: "lacking" },
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

function questionBlock({ front }: TrackChallenge): string | undefined {
  const question = questionOf(front);
  if (!question) return undefined;
  const kind = Array.isArray(question["answer"]) ? "many" : "one";
  return `\n${FENCE}quiz:${kind}\n${stringify(question)}${FENCE}\n`;
}

function onlyPage(lab: ImportedLab, definition: TrackDefinition): string {
  const { title, teaser } = definition.track;
  const parts = [`# ${title}`, teaser, aboutTrack(lab, definition) ?? ""];
  lab.files["pages/01-start.md"] = {
    content: `${parts
      .map((part) => part.trim())
      .join("\n\n")
      .trim()}\n`,
  };
  return "01-start";
}

interface TrackParts {
  name: string;
  pages: string[];
  challenges: readonly TrackChallenge[];
  lab: ImportedLab;
  tabs: TrackTabs;
  /** Of its cluster. */
  node: string | undefined;
}

function workshopFile(track: Track, { name, pages, challenges, lab, tabs, node }: TrackParts): string {
  const fronts = challenges.map(({ front }) => front);
  const level = levelOf(track, fronts);
  const minutes = minutesOf(track, fronts);
  const description = descriptionOf(track);
  return stringify({
    name: labelOf(name),
    title: track.title,
    ...(description !== "" && { description }),
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

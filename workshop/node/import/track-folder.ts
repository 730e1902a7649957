import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { z } from "zod";
import {
  type Challenge,
  type Track,
  challengeSchema,
  nodeOf,
  trackConfigSchema,
  trackSchema,
} from "../../common/instruqt/track.js";
import { issueText } from "../../common/issue-text.js";
import { YamlProblem, readYaml } from "../../common/yaml-value.js";
import { labelOf } from "../../common/page-name.js";
import { headingOf, titleOf } from "../page-file.js";
import { type Tell, invalid, readText } from "./foreign-folder.js";

/** A challenge of a track, and the programs that Instruqt runs for it, relative to the track. */
export interface TrackChallenge {
  /** Folder, relative to the track. */
  folder: string;
  front: Challenge;
  source: string;
  /** Line of its file on which `source` begins, from 1. */
  firstLine: number;
  programs: ChallengePrograms;
}

export const PROGRAM_KINDS = ["setup", "check", "solve", "cleanup"] as const;
export type ProgramKind = (typeof PROGRAM_KINDS)[number];
/** By kind, one for each machine. */
export type ChallengePrograms = Record<ProgramKind, string[]>;

/** Reads `track.yml`; where it gives no title, or is not there, the track is called as its folder. Throws LAB_INVALID. */
export async function readTrack(folder: string, tell: Tell): Promise<Track & { isUndefined?: true }> {
  if (!(await readdir(folder)).includes("track.yml"))
    return { title: nameOf(folder), teaser: "", isUndefined: true };
  const track = fitted(trackSchema, await readText(folder, "track.yml", tell), join(folder, "track.yml"));
  return { ...track, title: track.title || nameOf(folder) };
}

/** The node of the track's cluster as `config.yml` names it; `undefined` where that is not there, or names none. Throws LAB_INVALID. */
export async function readNode(folder: string, tell: Tell): Promise<string | undefined> {
  if (!(await readdir(folder)).includes("config.yml")) return undefined;
  return nodeOf(
    fitted(trackConfigSchema, await readText(folder, "config.yml", tell), join(folder, "config.yml")),
  );
}

/** `2-b` comes before `10-c`. */
const byNumber = new Intl.Collator("en", { numeric: true });

/** The folders of its challenges, in their order. */
export async function challengeFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => name);
  const isChallenge = await Promise.all(
    names.map(async (name) => (await readdir(join(folder, name))).includes("assignment.md")),
  );
  return names.filter((_name, at) => isChallenge[at]).toSorted(byNumber.compare);
}

/** Reads a challenge; in a track without a definition it may be text alone, and is called as that says. Throws LAB_INVALID. */
export async function readChallenge(
  { track, folder, tell }: { track: string; folder: string; tell: Tell },
  isUndefined = false,
): Promise<TrackChallenge> {
  const path = `${folder}/assignment.md`;
  const text = (await readText(track, path, tell)).replaceAll("\r\n", "\n");
  const end = text.startsWith("---\n") ? text.indexOf("\n---", 3) : -1;
  if (end < 0 && isUndefined) {
    const title = headingOf(text) ?? nameOf(folder);
    const front = challengeSchema.parse({ title });
    return { folder, front, source: text, firstLine: 1, programs: await programsOf(track, folder) };
  }
  if (end < 0)
    throw invalid(
      `The challenge ${join(track, path)} has no front matter between two lines of ---; give it a title`,
    );
  const after = text.indexOf("\n", end + 1) + 1 || text.length;
  const source = text.slice(after);
  const front = fitted(challengeSchema, text.slice(4, end), join(track, path));
  return {
    folder,
    front: { ...front, title: front.title || (headingOf(source) ?? nameOf(folder)) },
    source,
    firstLine: text.slice(0, after).split("\n").length,
    programs: await programsOf(track, folder),
  };
}

/** The programs of a folder by their kind: `setup-HOST`, `check-HOST` and so on. */
export async function programsOf(track: string, folder: string): Promise<ChallengePrograms> {
  const names = await readdir(join(track, folder)).catch((): string[] => []);
  const ofKind = (kind: ProgramKind): string[] =>
    names
      .filter((name) => name.startsWith(`${kind}-`))
      .toSorted()
      .map((name) => `${folder}/${name}`);
  return {
    setup: ofKind("setup"),
    check: ofKind("check"),
    solve: ofKind("solve"),
    cleanup: ofKind("cleanup"),
  };
}

/** What a folder is called where nobody says. */
function nameOf(folder: string): string {
  return titleOf(labelOf(basename(folder)));
}

function fitted<Schema extends z.ZodType>(schema: Schema, text: string, path: string): z.infer<Schema> {
  try {
    const read = schema.safeParse(readYaml(text).value ?? {});
    if (read.success) return read.data;
    throw invalid(`${path} is not as Instruqt wants it: ${issueText(read.error.issues)}`);
  } catch (cause) {
    if (!(cause instanceof YamlProblem)) throw cause;
    throw invalid(`${path} is not YAML, line ${String(cause.line)}: ${cause.message}`, cause);
  }
}

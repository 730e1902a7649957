import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { z } from "zod";
import { type Challenge, type Track, challengeSchema, trackSchema } from "../../common/instruqt/track.js";
import { issueText } from "../../common/issue-text.js";
import { YamlProblem, type YamlValue, readYaml } from "../../common/yaml-value.js";
import { labelOf } from "../../common/page-name.js";
import { headingOf, titleOf } from "../page-file.js";
import { type Tell, invalid, readText } from "./foreign-folder.js";

/** What `track.yml` says. */
export interface TrackDefinition {
  track: Track;
  /** Whether there is one. */
  isThere: boolean;
  /** The line of a part of it, from 1. */
  lineOf: YamlValue["lineOf"];
  /** The line on which a text in it begins, which may be the one below its key. */
  textLineOf: (path: readonly PropertyKey[]) => number;
}

/** A challenge of a track, and the programs that Instruqt runs for it, relative to the track. */
export interface TrackChallenge {
  /** What it is called by: its folder, where it has one. */
  folder: string;
  /** The file that it stands in, relative to the track. */
  file: string;
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
export async function readTrack(folder: string, tell: Tell): Promise<TrackDefinition> {
  if (!(await readdir(folder)).includes("track.yml")) {
    const track = trackSchema.parse({ title: nameOf(folder) });
    return { track, isThere: false, lineOf: () => undefined, textLineOf: () => 1 };
  }
  const text = await readText(folder, "track.yml", tell);
  const { value, lineOf } = yamlOf(text, join(folder, "track.yml"));
  const track = fitted(trackSchema, value, { path: join(folder, "track.yml"), lineOf });
  const lines = text.split("\n");
  const textLineOf = (at: readonly PropertyKey[]): number => {
    const line = lineOf(at) ?? 1;
    return BLOCK_SCALAR.test(lines[line - 1] ?? "") ? line + 1 : line;
  };
  return {
    track: { ...track, title: track.title || nameOf(folder) },
    isThere: true,
    lineOf,
    textLineOf,
  };
}

/** Behind the key of a text of several lines. */
const BLOCK_SCALAR = /[|>][-+1-9]{0,2}[ \t]{0,100}(?:#.*)?\r?$/;

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
    return {
      folder,
      file: path,
      front,
      source: text,
      firstLine: 1,
      programs: await programsOf(track, folder),
    };
  }
  if (end < 0)
    throw invalid(
      `The challenge ${join(track, path)} has no front matter between two lines of ---; give it a title`,
    );
  const after = text.indexOf("\n", end + 1) + 1 || text.length;
  const source = text.slice(after);
  const { value, lineOf } = yamlOf(text.slice(4, end), join(track, path), 2);
  const front = fitted(challengeSchema, value, { path: join(track, path), lineOf });
  return {
    folder,
    file: path,
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

/** Reads YAML whose lines are those of the file, in which the text begins at that one. Throws LAB_INVALID. */
export function yamlOf(text: string, path: string, firstLine = 1): Pick<YamlValue, "value" | "lineOf"> {
  try {
    const { value, lineOf } = readYaml(text);
    return {
      value,
      lineOf: (at) => {
        const line = lineOf(at);
        return line === undefined ? undefined : line + firstLine - 1;
      },
    };
  } catch (cause) {
    if (!(cause instanceof YamlProblem)) throw cause;
    throw invalid(`${path} is not YAML, line ${String(cause.line + firstLine - 1)}: ${cause.message}`, cause);
  }
}

/** The value as Instruqt wants it. Throws LAB_INVALID, with each line. `at` is where in the file it stands. */
export function fitted<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { path, lineOf, at = [] }: { path: string; lineOf: YamlValue["lineOf"]; at?: readonly PropertyKey[] },
): z.infer<Schema> {
  const read = schema.safeParse(value ?? {});
  if (read.success) return read.data;
  const issues = read.error.issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] }));
  throw invalid(`${path} is not as Instruqt wants it: ${issueText(issues, (issue) => lineOf(issue.path))}`);
}

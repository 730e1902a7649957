import { join } from "node:path";
import { readdir } from "node:fs/promises";
import { challengeSchema } from "../../common/instruqt/track.js";
import { type TakenNames, freeName, labelOf } from "../../common/page-name.js";
import { headingOf } from "../page-file.js";
import { type TrackChallenge, type TrackDefinition, fitted, programsOf } from "./track-folder.js";

/** Where a challenge of a track stands: in a folder of its own, or in `track.yml`. */
export type ChallengePlace = { folder: string } | { folder: string; inline: InlineChallenge };

/** An entry of `challenges` in `track.yml`, as the older form of tracks has them. */
export interface InlineChallenge {
  /** Its place in the list. */
  at: number;
  entry: unknown;
  /** The folder of its programs; absent where there is none. */
  programs?: string;
}

/**
 * The challenges of a track in their order: as `track.yml` lists them, then the folders it does not name. One that stands there too and has
 * a folder with a text (its `slug`, or `01-SLUG`) is read from that.
 */
export async function challengePlaces(
  track: string,
  folders: readonly string[],
  entries: readonly unknown[],
): Promise<ChallengePlace[]> {
  const all = (await readdir(track, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const taken: TakenNames = new Map(folders.map((name) => [labelOf(name), 2]));
  const listed = entries.map((entry, at): ChallengePlace => {
    const slug = slugOf(entry);
    const isOf = (name: string): boolean => name === slug || name.replace(/^\d{1,9}-/, "") === slug;
    const folder = folders.find(isOf);
    if (folder !== undefined) return { folder };
    const programs = all.find(isOf);
    const name = labelOf(slug ?? `challenge-${String(at + 1)}`);
    return {
      folder: freeName(name, taken),
      inline: { at, entry, ...(programs !== undefined && { programs }) },
    };
  });
  const named = new Set(listed.map(({ folder }) => folder));
  const unlisted = folders.filter((folder) => !named.has(folder)).map((folder) => ({ folder }));
  return [...listed, ...unlisted];
}

function slugOf(entry: unknown): string | undefined {
  const { slug } = Object(entry) as { slug?: unknown };
  return typeof slug === "string" && slug !== "" ? slug : undefined;
}

/** Reads a challenge that stands in `track.yml`. Throws LAB_INVALID. */
export async function readInline(
  track: string,
  { lineOf, textLineOf }: TrackDefinition,
  { folder, inline }: { folder: string; inline: InlineChallenge },
): Promise<TrackChallenge> {
  const at = ["challenges", inline.at];
  const front = fitted(challengeSchema, inline.entry, { path: join(track, "track.yml"), lineOf, at });
  const source = (front.assignment ?? "").replaceAll("\r\n", "\n");
  const title = front.title || (headingOf(source) ?? `Challenge ${String(inline.at + 1)}`);
  return {
    folder,
    file: "track.yml",
    front: { ...front, title },
    source,
    firstLine: textLineOf([...at, "assignment"]),
    programs:
      inline.programs === undefined
        ? { setup: [], check: [], solve: [], cleanup: [] }
        : await programsOf(track, inline.programs),
  };
}

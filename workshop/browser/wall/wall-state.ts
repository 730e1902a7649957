import type { InstructorRow } from "../../common/instructor-api.js";
import { pausedUntil } from "../../common/session-time.js";
import { filterRows, isOver, nameOf } from "../instructor/rows.js";
import type { IconName } from "../parts/icon.js";
import type { WallView } from "../store/route.js";

/** How a learner is getting on, most in need of somebody first. */
export const WALL_STATES = ["asking", "stuck", "idle", "working", "paused", "waiting", "done"] as const;
export type WallState = (typeof WALL_STATES)[number];

/** The word and sign of each; colour is never alone. */
export const STATE_SIGNS: Record<WallState, { word: string; icon: IconName }> = {
  asking: { word: "asks", icon: "hand" },
  stuck: { word: "stuck", icon: "warning" },
  idle: { word: "idle", icon: "clock" },
  working: { word: "busy", icon: "play" },
  paused: { word: "paused", icon: "pause" },
  waiting: { word: "not here", icon: "system" },
  done: { word: "done", icon: "tick" },
};

/** What the row says of its learner. */
export function stateOf(row: InstructorRow, now: number): WallState {
  if (row.help !== undefined) return "asking";
  if (row.openedAt === undefined || row.phase !== "Active") return "waiting";
  if (pausedUntil(row, now) !== undefined) return "paused";
  if (row.steps > 0 && row.stepsDone >= row.steps) return "done";
  if (row.stuck === undefined) return "working";
  return row.stuckAt === undefined ? "idle" : "stuck";
}

export interface WallTile {
  row: InstructorRow;
  state: WallState;
  /** Its place among all sessions, from 1: what it is called where names are not shown. */
  number: number;
}

/** All sessions of the wall that are not over, in the order in which they were made. */
export function tilesOf(rows: readonly InstructorRow[], event: string | undefined, now: number): WallTile[] {
  return rows
    .filter((row) => !isOver(row) && (event === undefined || row.event === event))
    .toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id))
    .map((row, index) => ({ row, state: stateOf(row, now), number: index + 1 }));
}

/** Those the view asks for, in its order. Without names nobody is looked for, and numbers stand in order. */
export function arrangedTiles(tiles: readonly WallTile[], view: WallView): WallTile[] {
  const words = view.isProjected ? "" : (view.words ?? "");
  const found = new Set(
    filterRows(
      tiles.map(({ row }) => row),
      "all",
      words,
    ),
  );
  const shown = tiles.filter(
    ({ row, state }) => found.has(row) && (view.state === undefined || state === view.state),
  );
  return shown.toSorted((a, b) => byView(a, b, view) || byName(a, b, view));
}

/** How large tiles are when there are so many: as large as lets them stand on one screen of a laptop. */
export function tileSizeOf(count: number): "small" | "medium" | "large" | "largest" {
  if (count > 30) return "small";
  if (count > 12) return "medium";
  return count > 6 ? "large" : "largest";
}

function byView(a: WallTile, b: WallTile, { sort }: WallView): number {
  if (sort === "need") return WALL_STATES.indexOf(a.state) - WALL_STATES.indexOf(b.state);
  return sort === "page" ? placeOf(a) - placeOf(b) : 0;
}

/** Who has come least far stands first. */
function placeOf({ row: { pageNumber, step } }: WallTile): number {
  return pageNumber * 1_000 + (step?.number ?? 999);
}

function byName(a: WallTile, b: WallTile, { isProjected }: WallView): number {
  return isProjected ? a.number - b.number : compare(nameOf(a.row), nameOf(b.row)) || a.number - b.number;
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

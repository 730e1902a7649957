import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Room {
  room: string;
  may: string[];
  mayTypes?: string[];
  why: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const rooms = JSON.parse(readFileSync(new URL("./rooms.json", import.meta.url), "utf8")) as Room[];
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s+["'](\.[^"']+)["']|import\(\s*["'](\.[^"']+)["']\s*\)|^\s*import\s+["'](\.[^"']+)["']/gm;

describe("the import table", () => {
  for (const room of rooms) {
    it(`${room.room} imports only what it may`, () => {
      expect(sources(room.room).flatMap((file) => violations(room, file))).toEqual([]);
    });
  }
});

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

function violations(room: Room, file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const target = normalize(join(dirname(file), match[2] ?? match[3] ?? match[4] ?? ""));
    const allowed = [room.room, ...room.may, ...(match[1] ? (room.mayTypes ?? []) : [])];
    if (allowed.some((folder) => target.startsWith(`${folder}/`))) return [];
    return [`${file} imports ${relative(".", target)}: ${room.why}`];
  });
}

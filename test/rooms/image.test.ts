import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const at = (path: string) => new URL(path, import.meta.url);
const rooms = JSON.parse(readFileSync(at("./rooms.json"), "utf8")) as { room: string }[];
const containerfile = readFileSync(at("../../deploy/image/Containerfile"), "utf8");

it("every room is in what the image of the servers is built from", () => {
  const folders = new Set(rooms.map(({ room }) => room.split("/")[0] ?? ""));
  expect([...folders].filter((name) => !containerfile.includes(`\nCOPY ${name}/ ${name}/\n`))).toEqual([]);
  expect(folders.size).toBeGreaterThan(5);
});

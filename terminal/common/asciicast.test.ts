import { expect, it } from "vitest";
import { CastReader, castSize } from "./asciicast.js";

const HEADER = '{"version":2,"width":90,"height":30}\n';

function read(...pieces: string[]): ReturnType<CastReader["end"]> {
  const reader = new CastReader();
  for (const piece of pieces) reader.take(piece);
  return reader.end();
}

it("is read in whatever pieces it comes", () => {
  const text = `${HEADER}[0.5,"o","a"]\n[1,"m","step: ls -l"]\n[1.25,"r","100x40"]\n[2,"m","shell ended"]\n`;
  const whole = read(text);
  expect(whole).toEqual({
    columns: 90,
    rows: 30,
    events: [
      { at: 0.5, kind: "output", data: "a" },
      { at: 1.25, kind: "size", data: "100x40" },
    ],
    marks: [
      { at: 1, label: "ls -l", isStep: true },
      { at: 2, label: "shell ended", isStep: false },
    ],
    duration: 2,
    isCut: false,
  });
  expect(read(...Array.from(text))).toEqual(whole);
});

it("never goes back in time, and leaves out what says nothing", () => {
  const cast = read(
    HEADER,
    '[2,"o","a"]\n[1,"o","b"]\nnonsense\n[null,"o","c"]\n[3,"o",4]\n[3,"i","typed"]\n[4,"o","ha',
  );
  expect(cast?.events.map(({ at, data }) => [at, data])).toEqual([
    [2, "a"],
    [2, "b"],
  ]);
});

it("is nothing where there is no header", () => {
  expect(read("")).toBeUndefined();
  expect(read('{"version":1,"width":90,"height":30}\n[1,"o","a"]\n')).toBeUndefined();
  expect(read('{"version":2,"width":"wide","height":30}\n')).toBeUndefined();
});

it("is cut where it is longer than anybody's", () => {
  const reader = new CastReader();
  reader.take(HEADER);
  const line = `[1,"o","${"x".repeat(65_536)}"]\n`;
  let pieces = 0;
  while (reader.take(line)) pieces += 1;
  expect(pieces).toBeLessThan(200);
  expect(reader.end()?.isCut).toBe(true);
});

it("has sizes within what a terminal may have", () => {
  expect(castSize("100x40")).toEqual({ columns: 100, rows: 40 });
  expect(castSize("100000x0")).toEqual({ columns: 500, rows: 1 });
  expect(castSize("wide")).toBeUndefined();
});

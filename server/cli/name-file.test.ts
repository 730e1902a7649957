import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNameFile } from "./name-file.js";

describe("a file of names", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lectern-names-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<BufferEncoding>(["utf8", "latin1", "utf16le"])("is read in %s", (encoding) => {
    const file = join(folder, `${encoding}.csv`);
    const mark = encoding === "utf16le" ? "\uFEFF" : "";
    writeFileSync(file, Buffer.from(`${mark}Name;Ort\r\nJürgen Größe;Köln\r\nÅsa Ström;Malmö\r\n`, encoding));
    expect(readNameFile(file)).toEqual(["Jürgen Größe", "Åsa Ström"]);
  });

  it("is refused with the lines that are wrong, or because it is not there", () => {
    const file = join(folder, "doubles.csv");
    writeFileSync(file, "Ada\nGrace\nada\n");
    expect(() => readNameFile(file)).toThrow(
      /doubles\.csv cannot be used .*Line 3 has the name of line 1 again/,
    );
    expect(() => readNameFile(join(folder, "missing.csv"))).toThrow(/missing\.csv cannot be read/);
  });
});

import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unpackLab } from "./unpack-lab.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-unpack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a link in the tar of a lab", () => {
  it("goes up at its start alone, so that no other link leads it out", async () => {
    await unpackLab(tarOf(["a/b/c/up", "../../.."], ["pages/one.md", "../a/b/c/up/../secret"]), folder);
    expect(readlinkSync(join(folder, "pages/one.md"))).toBe("../a/b/c/secret");
  });

  it("is refused where it leads out by its own name", async () => {
    const unpacking = unpackLab(tarOf(["pages/one.md", "../a/../../secret"]), folder);
    await expect(unpacking).rejects.toThrow("leads outside of the lab");
  });

  it("has nothing below it", async () => {
    const unpacking = unpackLab(
      tarOf(["a/b/c/up", "../../.."], ["a/b/c/up/./out", "../../../../secret"]),
      folder,
    );
    await expect(unpacking).rejects.toThrow("a/b/c/up/out lies below a/b/c/up, which is a link");
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

function tarOf(...links: [name: string, linkname: string][]): Readable {
  const packing = pack();
  for (const [name, linkname] of links) packing.entry({ name, type: "symlink", linkname });
  packing.finalize();
  return Readable.from(packing);
}

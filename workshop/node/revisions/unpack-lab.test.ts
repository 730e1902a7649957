import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pack, type Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabUnpacker } from "./unpack-lab.js";

type Entry = Partial<Header> & { name: string; content?: string };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-unpack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const link = (name: string, linkname: string): Entry => ({ name, type: "symlink", linkname });
const UP = link("a/b/c/up", "../../..");

describe("a link in the tar of a lab", () => {
  it("goes up at its start alone, so that no other link leads it out", async () => {
    await unpack(UP, link("pages/one.md", "../a/b/c/up/../secret"), link("far", "a/b/c/up/../../../secret"));
    expect(readlinkSync(join(folder, "a/b/c/up"))).toBe("../../..");
    expect(readlinkSync(join(folder, "pages/one.md"))).toBe("../a/b/c/secret");
    expect(readlinkSync(join(folder, "far"))).toBe("a/secret");
  });

  it("is refused where it leads out by its own name", async () => {
    await expect(unpack(link("pages/one.md", "../a/../../secret"))).rejects.toThrow("outside of the lab");
  });

  it("has nothing below it", async () => {
    await expect(unpack(UP, link("a/b/c/up/./out", "../../../../secret"))).rejects.toThrow(
      "a/b/c/up/out lies below a/b/c/up, which is a link",
    );
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("takes the place of no folder that holds something", async () => {
    await expect(unpack({ name: "a/x" }, link("a", ".."))).rejects.toThrow("The lab's a comes twice");
  });
});

describe("a link in a layer of an image", () => {
  it("has nothing of a lower layer below it", async () => {
    await unpackLayers([link("a/up", "..")], [{ name: "a/up/x" }, link("a/up/out", "../../secret")]);
    expect(readlinkSync(join(folder, "a/up"))).toBe("..");
    expect(readdirSync(join(folder, "a"))).toEqual(["up"]);
  });

  it("takes the place of no folder that an upper layer writes into", async () => {
    await unpackLayers([{ name: "a/b/x", content: "above" }], [link("a", ".."), link("a/b", "../..")]);
    expect(statSync(join(folder, "a/b")).isDirectory()).toBe(true);
    expect(readFileSync(join(folder, "a/b/x"), "utf8")).toBe("above");
  });

  it("goes up at its start alone, whichever layer the link it goes through is of", async () => {
    const through = link("one", "a/b/c/up/../../../../secret");
    await unpackLayers(
      [UP],
      [through],
      [{ ...through, name: "pages/two", linkname: "../a/b/c/up/../secret" }],
    );
    expect(readlinkSync(join(folder, "one"))).toBe("secret");
    expect(readlinkSync(join(folder, "pages/two"))).toBe("../a/b/c/secret");
  });

  it("is not written through where an upper layer removed it", async () => {
    await unpackLayers([{ name: "a/.wh.up" }, { name: "a/up/x" }], [link("a/up", "..")]);
    expect(statSync(join(folder, "a/up")).isDirectory()).toBe(true);
  });

  it("beside the folder that is the lab leads nothing of it", async () => {
    const unpacker = new LabUnpacker(folder, { path: "labs/one" });
    await unpacker.addLayer(tarOf({ name: "labs/one/x" }));
    await unpacker.addLayer(tarOf(link("labs", "/etc"), link("labs/one", "/etc"), link("other", "/")));
    expect(readdirSync(folder)).toEqual(["x"]);
  });
});

describe("what is no file, folder or link", () => {
  it.each<[string, Entry]>([
    ["is a hard link", { name: "x", type: "link", linkname: "../../etc/passwd" }],
    ["is a character-device", { name: "x", type: "character-device" }],
    ["is a block-device", { name: "x", type: "block-device" }],
    ["is a fifo", { name: "x", type: "fifo" }],
    ["leads outside of the lab", { name: "/etc/x" }],
    ["leads outside of the lab", { name: "a/../../x" }],
    ["leads outside of the lab", { name: "../.wh.x" }],
    ["characters, more than any disk takes", { name: "x", pax: { path: "a/".repeat(1_000_000) } }],
  ])("%s, and is refused in a layer as in a tar", async (words, entry) => {
    await expect(unpack(entry)).rejects.toThrow(words);
    await expect(unpackLayers([{ name: "top" }], [entry])).rejects.toThrow(words);
    expect(readdirSync(folder)).toEqual(["top"]);
  });
});

it("lets the server read a file whose author may not", async () => {
  await unpack({ name: "closed.md", mode: 0o044 });
  expect(statSync(join(folder, "closed.md")).mode & 0o777).toBe(0o644);
});

it("takes for a layer's removal only what is in a layer", async () => {
  await unpack({ name: ".wh.notes" });
  expect(readdirSync(folder)).toEqual([".wh.notes"]);
});

it("keeps of lower layers what no upper one removes, empties or replaces", async () => {
  await unpackLayers(
    [
      { name: ".wh.gone" },
      { name: "emptied/.wh..wh..opq" },
      { name: "emptied/new" },
      { name: "x", content: "above" },
    ],
    [{ name: "gone/y" }, { name: "emptied/old" }, { name: "x", content: "below" }, { name: "kept" }],
  );
  expect(readdirSync(folder, { recursive: true }).map(String).toSorted()).toEqual([
    "emptied",
    "emptied/new",
    "kept",
    "x",
  ]);
  expect(readFileSync(join(folder, "x"), "utf8")).toBe("above");
});

function unpack(...entries: Entry[]): Promise<void> {
  return new LabUnpacker(folder).addTar(tarOf(...entries));
}

/** The last layer first, as they are read. */
async function unpackLayers(...layers: Entry[][]): Promise<void> {
  const unpacker = new LabUnpacker(folder);
  for (const entries of layers) await unpacker.addLayer(tarOf(...entries));
}

function tarOf(...entries: Entry[]): Readable {
  const packing = pack();
  for (const { content = "", ...header } of entries) packing.entry(header, content);
  packing.finalize();
  return Readable.from(packing);
}

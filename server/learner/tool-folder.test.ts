import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { learnerPath, makeToolFolder } from "./tool-folder.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lectern tools' "));
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  writeFileSync(join(root, "bin/tmc.js"), "console.log(JSON.stringify(process.argv.slice(2)))");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("makeToolFolder", () => {
  it("puts tmc first on the path, whatever the folders are called", () => {
    const tools = make("/usr/bin/kubectl");
    expect(learnerPath(tools).split(":")[0]).toBe(tools.folder);
    const said = execFileSync(join(tools.folder, "tmc"), ["a b", "$HOME"], { encoding: "utf8" });
    expect(JSON.parse(said)).toEqual(["a b", "$HOME"]);
  });

  it("lists a folder in full by ll", () => {
    writeFileSync(join(root, "a b"), "");
    const listed = execFileSync(join(make("/usr/bin/kubectl").folder, "ll"), [join(root, "a b")], {
      encoding: "utf8",
    });
    expect(listed).toMatch(/^-rw.*a b\n$/);
  });

  it("adds kubectl only where the system's folders have none, readable in the box", () => {
    expect(
      lstatSync(join(make("/usr/bin/kubectl").folder, "kubectl"), { throwIfNoEntry: false }),
    ).toBeUndefined();
    const own = join(root, "kubectl");
    writeFileSync(own, "#!/bin/sh\n");
    chmodSync(own, 0o755);
    const tools = make(own);
    expect(readlinkSync(join(tools.folder, "kubectl"))).toBe(own);
    expect(tools.readOnlyPaths).toContain(own);
  });
});

function make(kubectl: string) {
  return makeToolFolder({ folder: join(root, "tools"), productRoot: root, node: process.execPath, kubectl });
}

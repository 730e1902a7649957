import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SystemFiles } from "./system-files.js";

let folder: string;
let source: string;
let files: SystemFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-system-files-"));
  source = join(folder, "etc");
  mkdirSync(join(source, "ssl", "private"), { recursive: true, mode: 0o755 });
  writeFileSync(join(source, "ssl", "private", "key"), "secret", { mode: 0o600 });
  writeFileSync(join(source, "ssl", "open"), "certificate", { mode: 0o644 });
  writeFileSync(join(source, "shadow"), "secret", { mode: 0o644 });
  writeFileSync(join(source, "zone"), "UTC", { mode: 0o644 });
  symlinkSync("zone", join(source, "localtime"));
  mkdirSync(join(source, "alternatives"), { mode: 0o755 });
  symlinkSync("/usr/bin/vim.basic", join(source, "alternatives", "vi"));
  files = new SystemFiles(join(folder, "copy"), source);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a copy of what boxes show of /etc", () => {
  it("holds what everybody may read of what is listed, and places for a box's own files", () => {
    const copy = files.current() ?? "";
    expect(readdirSync(copy).toSorted()).toEqual(
      ["alternatives", "group", "hosts", "localtime", "passwd", "resolv.conf", "ssl"].toSorted(),
    );
    expect([readdirSync(join(copy, "ssl")), readdirSync(join(copy, "ssl", "private"))]).toEqual([
      ["open", "private"],
      [],
    ]);
    expect(readFileSync(join(copy, "localtime"), "utf8")).toBe("UTC");
    expect(readdirSync(join(copy, "alternatives"))).toEqual(["vi"]);
  });

  it("is made anew when the machine's own has changed, and only then", () => {
    const first = files.current();
    expect(files.current()).toBe(first);
    writeFileSync(join(source, "ssl", "later"), "certificate", { mode: 0o644 });
    const second = files.current() ?? "";
    expect(second).not.toBe(first);
    expect(readdirSync(join(second, "ssl"))).toContain("later");
  });

  it.each<[string, () => void]>([
    [
      "is written in place",
      () => writeFileSync(join(source, "ssl", "deep", "cnf"), "after", { mode: 0o644 }),
    ],
    ["is kept from others", () => chmodSync(join(source, "ssl", "deep", "cnf"), 0o600)],
    ["may be read from now on", () => chmodSync(join(source, "ssl", "private", "key"), 0o644)],
    ["leads elsewhere", () => symlinkAnew("/usr/bin/nano", join(source, "ssl", "deep", "link"))],
  ])("is made anew, once, when a file below its folders %s", (_what, change) => {
    mkdirSync(join(source, "ssl", "deep"), { mode: 0o755 });
    writeFileSync(join(source, "ssl", "deep", "cnf"), "befor", { mode: 0o644 });
    symlinkSync("/usr/bin/vim", join(source, "ssl", "deep", "link"));
    const first = files.current() ?? "";
    expect(files.current()).toBe(first);
    change();
    const second = files.current() ?? "";
    expect(second).not.toBe(first);
    expect(files.current()).toBe(second);
    expect(shown(second)).not.toEqual(shown(first));
  });

  it("stays for the boxes that see it when there is another, and is bounded", () => {
    const first = files.current() ?? "";
    let last: string | undefined = first;
    for (let at = 0; last !== undefined; at += 1) {
      expect(at).toBeLessThan(20);
      writeFileSync(join(source, "ssl", `later-${String(at)}`), "certificate", { mode: 0o644 });
      last = files.current();
      expect(readFileSync(join(first, "ssl", "open"), "utf8")).toBe("certificate");
    }
    expect(readdirSync(join(folder, "copy")).length).toBeGreaterThan(4);
    expect(new SystemFiles(join(folder, "copy"), source).current()).toBeDefined();
    expect(readdirSync(join(folder, "copy"))).toEqual(["1"]);
  });

  it("is none where it cannot be written", () => {
    writeFileSync(join(folder, "file"), "");
    expect(new SystemFiles(join(folder, "file", "below"), source).current()).toBeUndefined();
  });
});

function symlinkAnew(target: string, path: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

/** What a copy shows of what the tests change. */
function shown(copy: string): unknown[] {
  const file = join(copy, "ssl", "deep", "cnf");
  return [
    existsSync(file) && readFileSync(file, "utf8"),
    readdirSync(join(copy, "ssl", "private")),
    readlinkSync(join(copy, "ssl", "deep", "link")),
  ];
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = read("docs/operate.md");
/** Of kubectl, helm, docker, systemctl, curl and tar, which are not ours to change. */
const FLAGS_OF_OTHERS = [
  "--docker-password",
  "--docker-server",
  "--docker-username",
  "--fail",
  "--from-literal",
  "--logs",
  "--no-hooks",
  "--now",
  "--numeric-owner",
  "--reset-then-reuse-values",
  "--set",
  "--silent",
  "--stdin",
];

describe("docs/operate.md", () => {
  it("names files that are there", () => {
    const files = found(/\b((?:content|deploy|scripts|test)\/[\w./-]*\w)/g);
    expect(files).toContain("deploy/systemd/lectern.service");
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("names values that the chart has", () => {
    const values = parse(read("deploy/helm/lectern/values.yaml")) as Record<string, unknown>;
    const sections = Object.keys(values).join("|");
    const named = [
      ...found(new RegExp(`\`((?:${sections})(?:\\.\\w+)*)(?:=[^\`]*)?\``, "g")),
      ...found(/--set ([\w.]+)=/g),
    ];
    expect(named).toContain("networkPolicy.egress");
    const paths = named.filter((path) => !path.endsWith(".example.org"));
    expect(paths.filter((path) => !has(values, path.split(".")))).toEqual([]);
  });

  it("names commands, flags and variables that Lectern has", () => {
    const commands = sources("server/cli");
    const named = found(/(?<![\w/-])(?:npx )?lectern ([a-z][a-z-]*) ?(?=--|`|[A-Z]|$)/gm);
    expect(named).toContain("capacity");
    expect(named.filter((name) => !commands.includes(`Command("${name}`))).toEqual([]);
    const flags = found(/(?<![\w-])(--[a-z][a-z-]+)/g).filter((flag) => !FLAGS_OF_OTHERS.includes(flag));
    const declared = commands + sources("scripts");
    expect(flags.filter((flag) => !new RegExp(`["' ]${flag}["', =]`).test(declared))).toEqual([]);
    const variables = found(/\b(LECTERN_[A-Z_]+)\b/g);
    expect(variables.filter((name) => !read("server/config.ts").includes(name))).toEqual([]);
  });

  it("names scripts that npm has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(found(/\bnpm run ([\w:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
  });
});

function found(pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
}

function has(values: unknown, [key = "", ...rest]: readonly string[]): boolean {
  if (typeof values !== "object" || values === null || !(key in values)) return false;
  return rest.length === 0 || has((values as Record<string, unknown>)[key], rest);
}

function sources(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => read(join(folder, name)))
    .join("\n");
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

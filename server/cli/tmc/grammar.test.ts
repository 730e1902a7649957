import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { isWithout } from "../../../test/requirements/without.js";
import { candidates } from "./completion.js";
import { runTmc, tmcProgram, type TmcWorld } from "./program.js";
import { REFUSED } from "./refused-verbs.js";

function worldOf(out: string[], err: string[]): TmcWorld {
  return {
    connect: () => {
      throw new Error("the grammar needs no server");
    },
    version: "1.2.3",
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
  };
}

async function tmc(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runTmc(argv, worldOf(out, err));
  return { status, out: out.join("\n"), err: err.join("\n") };
}

/** Every command that does something, by its words. */
function verbs(command: Command, words: string[] = []): [string, Command][] {
  const children = command.createHelp().visibleCommands(command);
  const own = children.filter((child) => child.name() !== "help");
  if (own.length === 0) return [[words.join(" "), command]];
  return own.flatMap((child) => verbs(child, [...words, child.name()]));
}

const program = tmcProgram(worldOf([], []));

describe("the grammar of tmc", () => {
  it.each(verbs(program).map(([words]) => words))("shows an example of tmc %s", async (words) => {
    const { status, out } = await tmc(...words.split(" "), "--help");
    expect([status, out]).toEqual([0, expect.stringMatching(/\nExamples?:\n {2}(source <\()?tmc /)]);
  });

  it.each(
    verbs(program).filter(([words]) =>
      /image-policy (get|create|update|delete)|namespace (get|attach|create|update|detach)/.test(words),
    ),
  )("takes a name by its place and by -n: tmc %s", (_words, command) => {
    expect(command.registeredArguments[0]?.required).toBe(false);
    expect(command.options.map(({ short }) => short)).toContain("-n");
  });

  it("takes the flags of attach in every verb of namespaces", () => {
    const flags = ([, command]: [string, Command]) => command.options.map(({ long }) => long);
    const all = verbs(program).filter(([words]) => words.startsWith("cluster namespace "));
    for (const verb of all)
      expect([verb[0], flags(verb)]).toEqual([
        verb[0],
        expect.arrayContaining([
          "--name",
          "--workspace-name",
          "--cluster-name",
          "--management-cluster-name",
          "--provisioner-name",
        ]),
      ]);
    expect(all).toHaveLength(6);
  });

  it.each(verbs(program).filter(([, command]) => command.options.some(({ long }) => long === "--output")))(
    "prints tmc %s in each format, and no other",
    (_words, command) => {
      const output = command.options.find(({ long }) => long === "--output");
      expect(output?.argChoices).toEqual(["json", "yaml", "table", "wide"]);
    },
  );

  it.each(Object.entries(REFUSED))(
    "refuses tmc %s by name, whatever follows, with what to do",
    async (words, instead) => {
      const argv = [...words.split(" "), "some-name", "-n", "x", "--force", "--group=y", "-f"];
      expect(await tmc(...argv)).toEqual({
        status: 1,
        out: "",
        err: `Error: Unimplemented: "tmc ${words}" is not part of Lectern: ${instead}`,
      });
    },
  );

  it("tells only of commands that exist", () => {
    const known = verbs(program).map(([words]) => `tmc ${words}`);
    for (const [verb, instead] of Object.entries(REFUSED)) {
      const told = / (tmc [a-z -]+?)(?: [a-z]+\.yaml| --?[a-z]| my-|$)/
        .exec(instead)?.[1]
        ?.replace(/ -.*/, "");
      if (told !== undefined) expect([verb, known]).toEqual([verb, expect.arrayContaining([told])]);
    }
  });

  it.each([
    [
      "",
      [
        "cluster",
        "clustergroup",
        "completion",
        "configure",
        "help",
        "image",
        "login",
        "organization",
        "policy",
        "system",
        "version",
        "workspace",
      ],
    ],
    ["work", ["workspace"]],
    ["workspace image-policy cr", ["create"]],
    ["workspace image-policy create -r cu", ["custom"]],
    ["workspace image-policy create --effect ", ["allow", "block"]],
    ["cluster namespace attach --cl", ["--cluster-name"]],
    ["cluster list -o ", ["json", "table", "wide", "yaml"]],
    ["cluster att", []],
  ])("completes %j", (typed, expected) => {
    expect(candidates(program, typed.split(" "))).toEqual(expected);
  });
});

describe("the completion scripts", () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-completion-"));
  const scripts: Record<string, string> = {};
  beforeAll(async () => {
    // The shells are real; what they call is the grammar's own answer, written down.
    const answer = candidates(program, ["workspace", "image-policy", ""]).join("\\n");
    const tool = `#!/bin/sh\n[ "$*" = "__complete -- workspace image-policy " ] && printf '${answer}\\n'\n`;
    writeFileSync(join(folder, "tmc"), tool);
    chmodSync(join(folder, "tmc"), 0o755);
    for (const shell of ["bash", "zsh"]) scripts[shell] = (await tmc("completion", shell)).out;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (shell: string, script: string) =>
    execFileSync(shell, ["-c", script], {
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
      encoding: "utf8",
    }).trim();
  const verbsOfPolicies = "create delete get list templates update";

  it("give bash the words", () => {
    const typed = 'COMP_WORDS=(tmc workspace image-policy ""); COMP_CWORD=3; _tmc; echo "${COMPREPLY[*]}"';
    expect(run("bash", `${scripts["bash"]}\n${typed}`)).toBe(`${verbsOfPolicies.replace("get", "get help")}`);
  });

  it.skipIf(isWithout("zsh"))("give zsh the words", () => {
    // Completion of zsh runs inside its line editor only; what it is given there is set by hand, and what it offers is printed.
    const typed = `words=(tmc workspace image-policy ""); CURRENT=4; compadd() { shift; print -- "$@" }; _tmc`;
    expect(run("zsh", `compdef() { : }\n${scripts["zsh"]}\n${typed}`)).toBe(
      `${verbsOfPolicies.replace("get", "get help")}`,
    );
  });
});

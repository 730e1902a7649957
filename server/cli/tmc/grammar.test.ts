import type { Command } from "commander";
import { describe, expect, it } from "vitest";

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

function flags([, command]: [string, Command]) {
  return command.options.map(({ long }) => long);
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

  it("takes the flags that scripts give when they take a cluster off", () => {
    const [, command] = verbs(program).find(([words]) => words === "cluster delete") ?? [];
    const taken = command?.options.flatMap(({ short, long }) => [short, long]);
    expect(taken).toEqual(expect.arrayContaining(["-m", "-p", "-f", "--force", "--forget"]));
  });

  it("takes the flags of attach in every verb of namespaces", () => {
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
    ["cluster att", ["attach"]],
    ["cluster upg", []],
  ])("completes %j", (typed, expected) => {
    expect(candidates(program, typed.split(" "))).toEqual(expected);
  });
});

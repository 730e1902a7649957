import type { ImportedLab } from "./imported-lab.js";
import type { ChallengePrograms, ProgramKind } from "./track-folder.js";
import { exportOf } from "./track-machines.js";

/** Folder of the home that holds the programs of the track. */
const PROGRAM_FOLDER = ".track";
const FENCE = "```";

/** The block that sets a challenge up, with its sentence; `undefined` where nothing does. What cleans up is told. */
export async function setUp(
  lab: ImportedLab,
  programs: ChallengePrograms,
  name: string,
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "setup");
  for (const cleanup of programs.cleanup)
    lab.say(
      { file: cleanup, fidelity: "lacking" },
      "what cleans up is not run: a session takes everything with it",
      "Nothing, unless it frees something elsewhere",
    );
  if (script === undefined) return undefined;
  const block = await lab.programBlock(script, { path: `${PROGRAM_FOLDER}/${name}-setup.sh`, terminal: 1 });
  if (block === undefined) return undefined;
  lab.say(
    { file: script, fidelity: "approximated", action: "setup" },
    "the set-up does not run by itself but by a block on the page, as the learner and not as root",
    "Look whether it needs root or packages; put files that it makes into files/",
  );
  return `This page begins with a program of its own:\n\n${block}`;
}

/** What solves a challenge is folded away below it; whoever validates the lab runs it like every block. */
export async function solution(
  lab: ImportedLab,
  programs: ChallengePrograms,
  name: string,
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "solve");
  if (script === undefined) return undefined;
  const block = await lab.programBlock(script, { path: `${PROGRAM_FOLDER}/${name}-solve.sh`, terminal: 1 });
  if (block === undefined) return undefined;
  lab.say(
    { file: script, fidelity: "approximated", action: "solve" },
    "what solves the challenge is a folded block of the page, in place of the button Skip",
    "Take it out where learners are not to see it",
  );
  return `\n${FENCE}section:begin\nname: solution\ntitle: Do this for me\n${FENCE}\n\n${block}\n${FENCE}section:end\nname: solution\n${FENCE}\n`;
}

/** The check of a challenge as a block; `undefined` where it has none. It begins with those variables that it names. */
export async function check(
  lab: ImportedLab,
  programs: ChallengePrograms,
  { name, environment }: { name: string; environment: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const script = onlyOf(lab, programs, "check");
  if (script === undefined) return undefined;
  const block = await lab.checkBlock(script, `${name}-check.sh`, (program) =>
    withVariables(withHelpers(program), environment),
  );
  if (block !== undefined)
    lab.say(
      { file: script, fidelity: "approximated", action: "check" },
      "the check is a block at the end of the page, and runs as the learner and not as root",
      "Try it; what fail-message says is what learners read",
    );
  return block;
}

/** What Instruqt's machines give to checks, as far as they say something to learners. */
function withHelpers(program: string): string {
  if (!program.includes("fail-message")) return program;
  const [first = "", ...rest] = program.split("\n");
  // A name with a hyphen is a function in bash alone.
  return [
    "#!/bin/bash",
    "fail-message() { printf '%s\\n' \"$*\"; }",
    ...(first.startsWith("#!") ? [] : [first]),
    ...rest,
  ].join("\n");
}

const SHELL = /^#!.*\b(?:ba|da|k|z)?sh\b/;

/** Checks are run by no shell that reads the learner's files. */
function withVariables(program: string, environment: Readonly<Record<string, string>>): string {
  const used = Object.entries(environment).filter(([name]) => program.includes(name));
  const [first = "", ...rest] = program.split("\n");
  if (used.length === 0 || !SHELL.test(first)) return program;
  return [first, ...used.map(([name, value]) => exportOf(name, value)), ...rest].join("\n");
}

/** There is one machine here: the program of the first, and of the others that they are left out. */
function onlyOf(
  lab: ImportedLab,
  programs: ChallengePrograms,
  kind: Exclude<ProgramKind, "cleanup">,
): string | undefined {
  const [first, ...others] = programs[kind];
  for (const file of others)
    lab.say(
      { file, fidelity: "lacking", action: kind },
      "a program for a second machine is left out; there is one here",
      "Put what it does into the other",
    );
  return first;
}

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type TrackConfig, nodeOf, trackConfigSchema } from "../../common/instruqt/track.js";
import { quotedIn } from "../../common/shell-place.js";
import { readText } from "./foreign-folder.js";
import type { ImportedLab } from "./imported-lab.js";
import { fitted, yamlOf } from "./track-folder.js";

/** What of a track's machines comes to something here. */
export interface TrackMachines {
  /** The node of its cluster; absent where no machine says that it is one. */
  node?: string;
  /** Variables of the learner's shells. */
  environment: Readonly<Record<string, string>>;
}

const FILE = "config.yml";
/** What the file says of itself. */
const OF_FILE = new Set(["version", "virtualmachines", "containers"]);
const VARIABLE = /^[A-Za-z_]\w*$/;

type LineOf = (path: readonly PropertyKey[]) => number | undefined;

/** Reads the `config.yml` of a track, writes the variables of its machines into the home, and says what nothing becomes of. */
export async function takeMachines(lab: ImportedLab, folder: string): Promise<TrackMachines> {
  if (!(await readdir(folder)).includes(FILE)) return { environment: {} };
  const read = await lab.reading(async () => {
    const path = join(folder, FILE);
    const { value, lineOf } = yamlOf(await readText(folder, FILE, lab.tell), path);
    return { config: fitted(trackConfigSchema, value, { path, lineOf }), lineOf };
  });
  if (!read) return { environment: {} };
  const { config, lineOf } = read;
  sayMachines(lab, config, lineOf);
  for (const [key, value] of Object.entries(config))
    if (!OF_FILE.has(key)) sayLacking(lab, key, value, lineOf);
  const environment = environmentOf(lab, config, lineOf);
  const exports = Object.entries(environment).map(([name, value]) => `${exportOf(name, value)}\n`);
  if (exports.length > 0) lab.files["files/.bashrc"] = { content: exports.join("") };
  const node = nodeOf(config);
  return { environment, ...(node !== undefined && { node }) };
}

function sayMachines(lab: ImportedLab, { virtualmachines, containers }: TrackConfig, lineOf: LineOf): void {
  for (const [kind, key, machines] of [
    ["machine", "virtualmachines", virtualmachines],
    ["container", "containers", containers],
  ] as const)
    for (const [at, { name, image }] of (machines ?? []).entries())
      lab.say(
        { file: FILE, line: lineOf([key, at]) ?? 1, fidelity: "approximated" },
        `the ${kind} ${name}${image === "" ? "" : ` of the image ${image}`} is the learner's account here: what its image brings, and its name, are not there`,
        "Look for programs and files of the image in the commands; put files into files/",
      );
}

function sayLacking(lab: ImportedLab, key: string, value: unknown, lineOf: LineOf): void {
  const names = (Array.isArray(value) ? (value as unknown[]) : []).flatMap((entry) => {
    const { name } = Object(entry) as { name?: unknown };
    return typeof name === "string" ? [name] : [];
  });
  lab.say(
    { file: FILE, line: lineOf([key]) ?? 1, fidelity: "lacking" },
    `nothing is made of \`${key}\`${names.length === 0 ? "" : ` (${names.join(", ")})`}: ${WHY[key] ?? "it has no like here"}`,
    "Leave out what needs it, or say in the pages where learners get it",
  );
}

const CLOUD = "no account of a cloud is to be had here";
/** Why there is no such thing, by the key of the file. */
const WHY: Readonly<Record<string, string>> = {
  aws_accounts: CLOUD,
  azure_subscriptions: CLOUD,
  gcp_projects: CLOUD,
  google_workspaces: CLOUD,
  secrets: "secrets stay with Instruqt, and have no value here",
  virtualbrowsers: "there is no browser but the learner's own",
};

/** The line of a program for the shell that gives the variable its value. */
export function exportOf(name: string, value: string): string {
  return `export ${name}=${quotedIn({ kind: "words" }, value)}`;
}

/** What a session's shells have values of, without which they are lost. */
const OF_SESSION =
  /^(?:HOME|PATH|SHELL|USER|LOGNAME|HOSTNAME|TERM|TMPDIR|KUBECONFIG|PS\d|PROMPT_COMMAND|BASH_.*|ENV|LD_.*)$/;

/** There is one machine here: what two of them call alike has one value. */
function environmentOf(
  lab: ImportedLab,
  { virtualmachines = [], containers = [] }: TrackConfig,
  lineOf: LineOf,
): Record<string, string> {
  const all = new Map<string, string>();
  for (const [key, machines] of Object.entries({ virtualmachines, containers }))
    for (const [at, { name: machine, environment }] of machines.entries()) {
      const place = { file: FILE, line: lineOf([key, at, "environment"]) ?? 1 };
      const left: string[] = [];
      const taken: string[] = [];
      for (const [name, value] of Object.entries(environment)) {
        const isFree = VARIABLE.test(name) && !OF_SESSION.test(name) && (all.get(name) ?? value) === value;
        (isFree ? taken : left).push(name);
        if (isFree) all.set(name, value);
      }
      if (taken.length > 0)
        lab.say(
          { ...place, fidelity: "approximated" },
          `the environment of ${machine} (${taken.join(", ")}) is that of every shell of the learner, by ~/.bashrc`,
          "Look whether the values mean something here",
        );
      if (left.length > 0)
        lab.say(
          { ...place, fidelity: "lacking" },
          `of the environment of ${machine}, ${left.join(", ")} is left out: a session or another machine has its own value, or it is no name of a variable`,
          "Give it a name of its own",
        );
    }
  return Object.fromEntries(all);
}

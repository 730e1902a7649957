import { type Command, Option } from "commander";

import { TmcError } from "./tmc-error.js";

/** Another spelling of a flag that scripts use; not shown in help. */
class OtherSpelling extends Option {
  readonly #attribute: string;

  constructor(flags: string, attribute: string) {
    super(flags, `the same as --${attribute.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    this.#attribute = attribute;
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#attribute;
  }
}

/** `-n, --name`, beside the place of the name among the arguments: scripts give names either way. */
export function nameFlag(command: Command, what: string): Command {
  return command.option("-n, --name <name>", `name of the ${what}`);
}

/** The one name given by its place or by `-n`. Throws `TmcError` where there is none, or another in each. */
export function givenName(what: string, positional: string | undefined, flag: string | undefined): string {
  const name = flag ?? positional;
  if (name === undefined || name === "")
    throw new TmcError(`InvalidArgument: expected one ${what}, and none was given; say -n my-${what}`);
  if (positional !== undefined && positional !== name)
    throw new TmcError(
      `InvalidArgument: expected one ${what}, and "${positional}" and "${name}" were given; say -n my-${what}`,
    );
  return name;
}

/** `-k, --workspace-name`, as `attach` has it, with the other spellings of the original's versions. */
export function workspaceFlag(command: Command, description: string): Command {
  return command
    .option("-k, --workspace-name <workspace>", description)
    .addOption(new OtherSpelling("-w, --workspace <workspace>", "workspaceName"));
}

/** `-c, --cluster-name`. */
export function clusterFlag(command: Command, description = "the cluster the namespace is on"): Command {
  return command
    .option("-c, --cluster-name <cluster>", description)
    .addOption(new OtherSpelling("--cluster <cluster>", "clusterName"));
}

/** `-g, --group`. */
export function groupFlag(command: Command): Command {
  return command
    .option("-g, --group <group>", "only those of this cluster group")
    .addOption(new OtherSpelling("--cluster-group <group>", "group"))
    .addOption(new OtherSpelling("--cluster-group-name <group>", "group"));
}

/** `-r, --recipe`. */
export function recipeFlag(command: Command, recipes: readonly string[]): Command {
  const spelling = new OtherSpelling("--recipe-name <recipe>", "recipe").choices(recipes);
  return command
    .addOption(new Option("-r, --recipe <recipe>", "instead of a manifest").choices(recipes))
    .addOption(spelling);
}

/** `-f, --file`. */
export function fileFlag(command: Command): Command {
  return command.option("-f, --file <file>", "manifest in YAML or JSON; - reads standard input");
}

/** `--dry-run`. */
export function dryRunFlag(command: Command): Command {
  return command.option("--dry-run", "check it, say what would be done, change nothing");
}

/** `-d, --description`. */
export function descriptionFlag(command: Command): Command {
  return command.option("-d, --description <text>", "what it is for");
}

/** `-m` and `-p`: clusters are all attached ones; scripts name that place and mean nothing else by it. */
export function locationFlags(command: Command): Command {
  return command
    .option("-m, --management-cluster-name <name>", "management cluster", onlyAttached, "attached")
    .option("-p, --provisioner-name <name>", "provisioner", onlyAttached, "attached");
}

function onlyAttached(value: string): string {
  if (value === "attached") return value;
  throw new TmcError(
    `NotFound: "${value}" not found; every cluster here is of management cluster and provisioner "attached"`,
  );
}

/** Accepted for scripts of old versions, where templates had names. */
export function oldTemplateFlag(command: Command): Command {
  return command.addOption(
    new Option("-t, --template <template>", "accepted for old scripts").choices(["default"]).hideHelp(),
  );
}

/** For a flag that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Refuses flags that take one value and are given several, of which all but the last would be lost. */
export function refuseRepeated(command: Command): void {
  const given = new Map<string, string>();
  for (const option of command.options.filter((each) => each.required && !each.variadic)) {
    const attribute = option.attributeName();
    command.on(`option:${option.name()}`, (value: string) => {
      const before = given.get(attribute);
      given.set(attribute, value);
      const isCollected = Array.isArray(command.getOptionValue(attribute));
      if (before === undefined || before === value || isCollected) return;
      throw new TmcError(
        `InvalidArgument: expected one ${option.long ?? option.flags}, and "${before}" and "${value}" were given; give the one that is meant`,
      );
    });
  }
}

/** Ends the help of a command with examples. */
export function examples(command: Command, ...lines: [string, ...string[]]): Command {
  const title = lines.length === 1 ? "Example" : "Examples";
  return command.addHelpText("after", `\n${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

/** The value a command cannot do without, told by the flag that gives it. */
export function required(value: string | undefined, flag: string): string {
  if (value !== undefined && value !== "") return value;
  throw new TmcError(`InvalidArgument: ${flag} is missing; add it (--help shows an example)`);
}

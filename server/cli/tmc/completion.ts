import type { Command, Option } from "commander";

import { examples } from "./flags.js";
import type { TmcWorld } from "./program.js";

/** What the shell calls to ask for the next word; everything after it is what was typed so far. */
const ASK = "__complete";

const SCRIPTS = {
  bash: `_tmc() {
  local IFS=$'\\n'
  COMPREPLY=($(tmc ${ASK} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tmc tmc`,
  zsh: `_tmc() {
  local -a found
  found=("\${(@f)$(tmc ${ASK} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- \${found:#}
}
compdef _tmc tmc`,
} as const;

/** `tmc completion bash|zsh`, and the command its scripts call. */
export function addCompletion(program: Command, world: TmcWorld): void {
  const completion = program
    .command("completion")
    .description("Print a script that completes tmc in a shell");
  for (const shell of ["bash", "zsh"] as const) {
    const command = completion
      .command(shell)
      .description(`For ${shell}`)
      .action(() => world.print(SCRIPTS[shell]));
    examples(command, `source <(tmc completion ${shell})`);
  }
  program
    .command(`${ASK} [words...]`, { hidden: true })
    .action((words: string[]) => world.print(candidates(program, words).join("\n")));
}

/** The words that may stand where the last of `words` is being typed, sorted. */
export function candidates(program: Command, words: string[]): string[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = before.reduce((at, word) => childOf(at, word) ?? at, program);
  const expecting = optionOf(command, before.at(-1) ?? "");
  if (expecting?.required) return fitting(expecting.argChoices ?? [], typed);
  const names = visible(command).map((child) => child.name());
  const flags = flagsOf(command).flatMap(({ long, short }) => [long, short].filter((flag) => flag != null));
  return fitting(typed.startsWith("-") ? flags : names, typed);
}

function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function visible(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}

function flagsOf(command: Command): Option[] {
  return command.createHelp().visibleOptions(command);
}

function fitting(words: readonly string[], typed: string): string[] {
  return words.filter((word) => word.startsWith(typed)).toSorted();
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { keptWithin } from "../../workshop/node/reporters/kept-within.js";
import { productRoot } from "../config.js";
import { serverErrorCodes } from "../errors.js";
import { terminalText } from "./terminal-text.js";

export interface ProgramSpec {
  name: string;
  description: string;
  examples: readonly string[];
  commands: readonly Command[];
}

/**
 * Exit statuses of every command line: 1 says the work failed, 2 the question cannot be understood, 3 the platform failed, 4 the time
 * given was over.
 */
export const exitStatus = { failed: 1, usage: 2, platform: 3, timedOut: 4 } as const;

/** What a command that was given up has left open may not keep its process for longer. */
const LEFT_OVER_MS = 1_000;

/** An outcome other than success that has been told already. */
export class ExitWith extends Error {
  override readonly name = "ExitWith";
  readonly status: number;

  constructor(status: number) {
    super(`exit status ${String(status)}`);
    this.status = status;
  }
}

/** Runs a command line to its end and sets the exit status; errors are printed as sentences, never as stack traces. */
export async function runProgram(spec: ProgramSpec): Promise<void> {
  const program = new Command(spec.name)
    .description(spec.description)
    .version(readVersion())
    .addHelpText("after", examplesText(spec.examples));
  for (const command of spec.commands) program.addCommand(command);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((child) => child.commands),
  ]) {
    command.exitOverride().showSuggestionAfterError().configureHelp({ sortOptions: true });
    command.showHelpAfterError(`Try "${pathOf(command)} --help".`);
  }
  // A closed terminal or pipe ends the printing, not what is being run or cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = tell(error);
  } finally {
    setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
  }
}

/** The examples under a command's help. */
export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`;
}

function tell(error: unknown): number {
  if (error instanceof ExitWith) return error.status;
  // Commander has printed its own message; asking for help is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
  const { code, message } =
    error instanceof Error ? (error as Error & { code?: unknown }) : { code: "", message: String(error) };
  const ending = typeof code === "string" && code !== "" ? ` [${code}]` : "";
  // What is wrong with a lab is said with the words of its author.
  const isOfLab = typeof code === "string" && code.startsWith("LAB_");
  const words = isOfLab ? keptWithin(message, "    ") : message;
  process.stderr.write(`error: ${terminalText(words)}${ending}\n`);
  return statusOf(code);
}

/** Codes that are not ours, such as those of the system, say nothing of the lab or of what was asked. */
function statusOf(code: unknown): number {
  if (code === serverErrorCodes.timedOut) return exitStatus.timedOut;
  if (typeof code !== "string") return exitStatus.platform;
  if (code === serverErrorCodes.usage || code.startsWith("LAB_") || code.startsWith("CHECK_"))
    return exitStatus.usage;
  return code.startsWith("SERVER_") && !/^SERVER_(CLUSTER|PROCESS|KUBE|KUBECTL|DATA)/.test(code)
    ? exitStatus.failed
    : exitStatus.platform;
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(productRoot, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

import { Command } from "commander";
import {
  hasInstructorToken,
  instructorTokenOf,
  loadInstructorToken,
  renewInstructorToken,
} from "../../auth/instructor-token.js";
import { dataPaths, readEnvironment } from "../../config.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { readRunningServer } from "../../supervisor/running-server.js";
import type { RunningServer } from "../../supervisor/running-server.js";
import { path } from "../options.js";
import { examplesText } from "../program.js";
import { shellWord } from "../../../workshop/common/shell-word.js";

/** `lectern instructor-token`: what instructors log in with, for whoever may read the data directory. */
export function instructorTokenCommand(): Command {
  return new Command("instructor-token")
    .description("Print the token instructors log in with, or make a new one.")
    .option("--data <dir>", "data directory of the server", path, readEnvironment().data)
    .option("--renew", "make a new token; the old one, and who has logged in by it, is refused at once")
    .addHelpText("after", examplesText(["lectern instructor-token", "lectern instructor-token --renew"]))
    .action(({ data, renew }: { data: string; renew?: true }) => {
      const token = instructorTokenOf(runningServer(data), dataPaths(data));
      if (!token.isGiven && !hasInstructorToken(token)) throw noToken(data);
      process.stdout.write(`${renew ? renewInstructorToken(token) : loadInstructorToken(token)}\n`);
    });
}

/** What is known of the server; nothing where none runs. */
function runningServer(data: string): Partial<RunningServer> {
  try {
    return readRunningServer(data);
  } catch {
    return {};
  }
}

function noToken(data: string): ServerError {
  return new ServerError(
    serverErrorCodes.notRunning,
    `No Lectern server has run on the data directory ${data} yet. Start one with "lectern serve --data ${shellWord(data)}", or name another directory with --data.`,
  );
}

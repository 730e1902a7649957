import { createInterface, type Interface } from "node:readline/promises";
import { LAB_SUBJECTS, titleOf, writeNewLab, type LabSubject } from "../../workshop/node/new-lab.js";
import { requireEmptyFolder } from "../../workshop/node/lab-folder.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { shellWord } from "../../workshop/common/shell-word.js";
import { fromHere } from "./from-here.js";
import { terminalText } from "./terminal-text.js";

export interface NewFlags {
  title?: string;
  subject?: LabSubject;
  minutes?: number;
}

const MINUTES = { usual: 60, most: 1440 };

/**
 * Writes a new lab and says what to do with it. What no flag says is asked for where somebody is there to answer, else it is as usual.
 * Throws LAB_EXISTS, and SERVER_USAGE where the questions are left unanswered.
 */
export async function createLab(folder: string, flags: NewFlags): Promise<void> {
  const usual = { title: titleOf(folder), subject: LAB_SUBJECTS[0], minutes: MINUTES.usual };
  // Nobody answers questions for a folder that nothing can be written to.
  await requireEmptyFolder(folder);
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  const lab = { ...usual, ...(isAsked ? await ask(flags, usual) : {}), ...flags };
  const files = await writeNewLab(folder, lab);
  const place = fromHere(folder)(".");
  const said = [
    `The lab ${lab.title} is in ${place}:`,
    ...files.filter((file) => !file.startsWith(".")).map((file) => `   ${file}`),
    "",
    `Write it:        lectern dev ${shellWord(place)}`,
    `Check it:        lectern validate ${shellWord(place)}`,
    `Let people in:   lectern serve --lab ${shellWord(place)}`,
    "",
  ];
  process.stdout.write(terminalText(said.join("\n")));
}

async function ask(flags: NewFlags, usual: Required<NewFlags>): Promise<NewFlags> {
  const line = createInterface({ input: process.stdin, output: process.stdout });
  // As Ctrl-C does everywhere else; without a listener it would only close the line and end with status 0.
  line.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return {
      title: flags.title ?? ((await line.question(`Title [${usual.title}]: `)).trim() || usual.title),
      subject: flags.subject ?? (await askSubject(line, usual.subject)),
      minutes: flags.minutes ?? (await askMinutes(line, usual.minutes)),
    };
  } catch (error) {
    // Of Ctrl-D, which ends what there is to read.
    if ((error as Error).name !== "AbortError") throw error;
    process.stdout.write("\n");
    throw new ServerError(serverErrorCodes.usage, UNANSWERED, error);
  } finally {
    line.close();
  }
}

const UNANSWERED =
  "Nothing was written, for not all questions were answered. Call it again, or with --title, --subject and --minutes in place of the questions.";

async function askSubject(line: Interface, usual: LabSubject): Promise<LabSubject> {
  for (;;) {
    const answer = (
      await line.question(`What do learners work with, ${LAB_SUBJECTS.join(" or ")}? [${usual}]: `)
    ).trim();
    const subject =
      answer === "" ? usual : LAB_SUBJECTS.find((name) => name.startsWith(answer.toLowerCase()));
    if (subject) return subject;
    process.stdout.write(`Please answer ${LAB_SUBJECTS.join(" or ")}.\n`);
  }
}

async function askMinutes(line: Interface, usual: number): Promise<number> {
  for (;;) {
    const answer = (await line.question(`How many minutes does a session last? [${String(usual)}]: `)).trim();
    const minutes = answer === "" ? usual : Number(answer);
    if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES.most) return minutes;
    process.stdout.write(`Please give a whole number from 1 to ${String(MINUTES.most)}.\n`);
  }
}

import Papa from "papaparse";
import { MAX_SEATS } from "./event.js";
import { personName, personNameProblem } from "./person-name.js";

export interface NameList {
  names: string[];
  /** Sentences with line numbers; the list cannot be used where there are any. */
  problems: string[];
}

/** What a column of names may be called, in the heading of a table that has one. */
const HEADINGS = new Set(["name", "names", "full name", "learner", "participant", "teilnehmer"]);

/** The headings of a table are looked for in so many characters. */
const MAX_HEADING = 4096;
const SEPARATORS = [";", "\t", ","];
/** Separates nothing that people write: then a line is one name, also `Lovelace, Ada`. */
const NO_SEPARATOR = "\u001F";

/** Reads names of people: the column `name` of a table separated by commas, semicolons or tabs, or one name a line. */
export function readNameList(text: string): NameList {
  const unmarked = text.replace(/^\uFEFF/, "");
  const delimiter = SEPARATORS.find((separator) => headingOf(unmarked, separator) >= 0) ?? NO_SEPARATOR;
  const heading = headingOf(unmarked, delimiter);
  const entries = rowsOf(unmarked, delimiter)
    .map((row, at) => ({ line: at + 1, text: row[Math.max(0, heading)] ?? "", row }))
    .filter(({ line, row }) => row.some((cell) => cell.trim() !== "") && !(line === 1 && heading >= 0));
  return listNames(entries);
}

/** Which column the first line calls that of the names; -1 where none. */
function headingOf(text: string, delimiter: string): number {
  const [first = []] = rowsOf(text.slice(0, MAX_HEADING).split(/[\r\n]/, 1)[0] ?? "", delimiter);
  return first.findIndex((cell) => HEADINGS.has(cell.trim().toLowerCase()));
}

function rowsOf(text: string, delimiter: string): string[][] {
  return Papa.parse<string[]>(text, { delimiter }).data;
}

/** Makes a list of names out of what stands in these lines. Who stands there twice cannot be told apart, and is a problem. */
export function listNames(entries: readonly { line: number; text: string }[]): NameList {
  const problems: string[] = [];
  const lines = new Map<string, number>();
  const names: string[] = [];
  for (const { line, text } of entries) {
    const name = personName(text);
    const key = name.toLocaleLowerCase("en");
    const [problem, before] = [personNameProblem(name), lines.get(key)];
    if (problem !== undefined) problems.push(`Line ${String(line)}: ${problem}`);
    else if (before !== undefined) problems.push(sameName(line, before));
    else {
      lines.set(key, line);
      names.push(name);
    }
  }
  if (names.length > MAX_SEATS)
    problems.push(
      `There are ${String(names.length)} names, and an event has ${String(MAX_SEATS)} seats at most.`,
    );
  if (names.length === 0 && problems.length === 0) problems.push("There is no name in the list.");
  return { names, problems };
}

function sameName(line: number, before: number): string {
  return `Line ${String(line)} has the name of line ${String(before)} again. Add something that tells the two apart, such as a last name or a number.`;
}

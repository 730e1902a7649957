import { relative, resolve } from "node:path";
import { WorkshopError } from "../workshop/common/errors.js";
import { fidelityReport } from "../workshop/common/fidelity-report.js";
import { loadLab } from "../workshop/node/load-lab.js";
import { type FoundLab, labsBelow } from "./corpus-labs.js";
import { type TriedLab, corpusTable } from "./corpus-table.js";

/** Reads every lab below the folders that are given, and prints the table of what works of them, is approximated, or is lacking. */
const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write("usage: npm run corpus -- DIR...\n");
  process.exitCode = 2;
} else process.stdout.write(corpusTable(await tryAll(folders)));

async function tryAll(paths: readonly string[]): Promise<TriedLab[]> {
  const tried: TriedLab[] = [];
  for (const folder of paths)
    for (const lab of await labsBelow(resolve(folder))) tried.push(await tryLab(lab));
  return tried;
}

async function tryLab({ path, form }: FoundLab): Promise<TriedLab> {
  const here = relative(process.cwd(), path) || ".";
  if (form === "killercoda" || form === "instruqt")
    return { path: here, form, unreadable: "labs of this platform are not read" };
  try {
    return { path: here, form, report: fidelityReport(await loadLab(path)) };
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error;
    return { path: here, form, unreadable: `${error.message} [${error.code}]` };
  }
}

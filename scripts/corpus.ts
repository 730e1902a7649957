import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { WorkshopError } from "../workshop/common/errors.js";
import { fidelityReport } from "../workshop/common/fidelity-report.js";
import type { Lab } from "../workshop/common/lab.js";
import { type ForeignLab, importLab, isForeign } from "../workshop/node/import/import-lab.js";
import { loadLab } from "../workshop/node/load-lab.js";
import { type FoundLab, labsBelow } from "../workshop/node/import/labs-below.js";
import { SHELL_PATH } from "../server/cli/lint.js";
import { programsIn } from "../workshop/node/lint-programs.js";
import { type TriedLab, corpusTable } from "./corpus-table.js";

const hasProgram = programsIn(SHELL_PATH);

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

async function tryLab(found: FoundLab): Promise<TriedLab> {
  const { path, form } = found;
  const here = relative(process.cwd(), path) || ".";
  try {
    const lab = isForeign(found)
      ? await imported(found)
      : await loadLab(path, { triesDrawings: true, hasProgram });
    return { path: here, form, report: fidelityReport(lab) };
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error;
    return { path: here, form, unreadable: `${error.message} [${error.code}]` };
  }
}

/** The lab that comes of a scenario or a track; what the import itself could not do is among its problems. */
async function imported(foreign: ForeignLab): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), "lectern-corpus-"));
  try {
    const out = join(folder, basename(foreign.path));
    const problems = await importLab(foreign, out);
    const lab = await loadLab(out, { hasProgram });
    return { ...lab, problems: [...problems, ...lab.problems] };
  } finally {
    await rm(folder, { recursive: true });
  }
}

import type { LabProblem } from "../../common/lab.js";
import { importInstruqt } from "./import-instruqt.js";
import { importKillercoda } from "./import-killercoda.js";
import type { FoundLab } from "./labs-below.js";

const IMPORTERS = { killercoda: importKillercoda, instruqt: importInstruqt } as const;

/** A lab of a platform whose form is not read but imported. */
export interface ForeignLab {
  path: string;
  form: keyof typeof IMPORTERS;
}

export function isForeign(lab: FoundLab): lab is FoundLab & ForeignLab {
  return lab.form in IMPORTERS;
}

/**
 * Writes it as a lab of ours and returns what of it comes to something else, or to nothing; files are those of the original. Throws
 * LAB_INVALID where it cannot be read, LAB_EXISTS where the folder holds something.
 */
export function importLab({ path, form }: ForeignLab, out: string): Promise<LabProblem[]> {
  return IMPORTERS[form](path, out);
}

import { readdir } from "node:fs/promises";
import { readText } from "./foreign-folder.js";

/** More files than such a lab is written in. */
const MAX_FILES = 100;

/** What is said of a lab in that form, as a sentence. */
export const HCL_LAB =
  "is a lab of Instruqt's newer form, written in HCL, which is not imported: its machines, tasks and layouts are programs of that platform. Bring its instructions (*.md) as pages of a lab of your own: lectern new";

/** Whether a folder is a lab of Instruqt's newer form: files of HCL, one of which holds `resource "lab"`. */
export async function isHclLab(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((one) => one.endsWith(".hcl")).slice(0, MAX_FILES)) {
    const text = await readText(folder, name).catch(() => "");
    if (/^[ \t]{0,80}resource[ \t]{1,80}"lab"/m.test(text)) return true;
  }
  return false;
}

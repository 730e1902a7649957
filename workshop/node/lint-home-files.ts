import { lstat, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Lab } from "../common/lab.js";
import { labFilePaths } from "./lab-files.js";
import { isReallyWithin } from "./lab-path.js";
import { EDUCATES_FORMS } from "./lint-place.js";

/** A manifest or a program among what a lab brings. */
export interface LabText {
  /** Relative to the lab's folder. */
  file: string;
  /** As blocks may call it: relative to the home; absent for what is not put there. */
  path?: string;
  text: string;
  isProgram: boolean;
}

/** More than any lab brings of them. */
const MAX_FILES = 500;
/** Of one of them; what is larger was made by a program. */
const MAX_BYTES = 256 * 1024;
const MANIFEST = /\.(?:ya?ml|json)$/i;
const PROGRAM = /\.(?:sh|bash)$|(?:^|\/)setup\.d\/[^/.]+$/i;

/** Whether a file of a lab is a program of the shell, by its name. */
export function isProgramFile(name: string): boolean {
  return PROGRAM.test(name);
}

/** The manifests and programs of a lab, as far as they are files of a usual size. */
export async function labTexts(lab: Lab): Promise<LabText[]> {
  const { folder, homeFiles } = lab.source;
  const texts: LabText[] = [];
  const isEducates = EDUCATES_FORMS.has(lab.source.form);
  const add = async (root: string, name: string, path?: string): Promise<void> => {
    const isProgram = isProgramFile(name);
    // The definition of a workshop is in its home as well, and none of its manifests.
    if (isEducates && name.startsWith("resources/")) return;
    if (texts.length >= MAX_FILES || !(isProgram || MANIFEST.test(name))) return;
    const file = join(root, name);
    const stat = await lstat(file).catch(() => undefined);
    if (!stat?.isFile() || stat.size > MAX_BYTES || !(await isReallyWithin(root, file))) return;
    const text = await readFile(file, "utf8").catch(() => "");
    texts.push({ file: relative(folder, file), text, isProgram, ...(path !== undefined && { path }) });
  };
  for (const name of lab.shells?.setUp ?? []) await add(folder, name);
  if (homeFiles !== undefined)
    for await (const name of labFilePaths(lab)) {
      if (texts.length >= MAX_FILES) break;
      await add(homeFiles, name, name);
    }
  return texts;
}

/** Which of the texts a word of a command names: a file, or a folder with all that is in it. Where the shell stands is not known. */
export function textsNamed(word: string, texts: readonly LabText[]): LabText[] {
  const path = word.replace(/^(?:~|\$HOME|\$\{HOME\})?\/|^\.\//, "").replace(/\/$/, "");
  if (path === "" || path === ".") return [];
  return texts.filter(({ path: own }) => {
    const whole = `/${own ?? ""}`;
    return own !== undefined && (whole.endsWith(`/${path}`) || whole.includes(`/${path}/`));
  });
}

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isHclLab } from "./hcl-lab.js";
import { labFormOf } from "../lab-form.js";
import { readText } from "./foreign-folder.js";

/** A lab that was found below a folder: of a form that is read, or of another platform by the file that only it has. */
export interface FoundLab {
  path: string;
  form: "native" | "classic" | "hugo" | "killercoda" | "instruqt" | "instruqt-hcl";
}

/** Deeper than any collection of labs is laid out. */
const MAX_DEPTH = 12;
const NO_LABS = new Set(["node_modules", "dist"]);

/** The labs below a folder, in the order of their paths; what is inside a lab is none of its own. Links are not followed. */
export async function labsBelow(folder: string, depth = 0): Promise<FoundLab[]> {
  if (depth > MAX_DEPTH) return [];
  const form = await labFormOf(folder);
  if (form === "native" || form === "classic" || form === "hugo") return [{ path: folder, form }];
  const foreign = await foreignFormOf(folder);
  if (foreign !== undefined) return [{ path: folder, form: foreign }];
  if (await isHclLab(folder)) return [{ path: folder, form: "instruqt-hcl" }];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !NO_LABS.has(entry.name),
  );
  const found: FoundLab[] = [];
  for (const { name } of folders.toSorted((one, another) => (one.name < another.name ? -1 : 1)))
    found.push(...(await labsBelow(join(folder, name), depth + 1)));
  return found;
}

/** The other platform whose lab the folder is; its form is imported, and read by nothing else. */
export async function foreignFormOf(folder: string): Promise<"killercoda" | "instruqt" | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  if (names.has("track.yml")) return "instruqt";
  if (await holdsChallenges(folder, entries)) return "instruqt";
  return names.has("index.json") && (await isScenario(join(folder, "index.json"))) ? "killercoda" : undefined;
}

/** Many a program has an `index.json`. */
async function isScenario(file: string): Promise<boolean> {
  const text = await readText(dirname(file), basename(file)).catch(() => "");
  return text.includes('"details"') ? text.includes('"steps"') : text.includes('"backend"');
}

/** Folders of challenges whose definition was not published with them: the texts make a lab all the same. */
async function holdsChallenges(
  folder: string,
  entries: readonly { name: string; isDirectory(): boolean }[],
): Promise<boolean> {
  for (const entry of entries) {
    const inside = entry.isDirectory() && /^\d/.test(entry.name) ? join(folder, entry.name) : undefined;
    if (inside !== undefined && (await readdir(inside).catch((): string[] => [])).includes("assignment.md"))
      return true;
  }
  return false;
}

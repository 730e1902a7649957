import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SLIDES_FOLDER } from "../common/educates-applications.js";
import type { LabProblem, ShellStart } from "../common/lab.js";
import { isReallyWithin } from "./lab-path.js";

/** What the start of a shell reads and runs of a workshop's folder, in order. */
export async function startFilesOf(folder: string): Promise<Pick<ShellStart, "profiles" | "setUp">> {
  const [top, profiles, setUp] = await Promise.all(
    ["workshop", "workshop/profile.d", "workshop/setup.d"].map((name) => filesIn(folder, name)),
  );
  return {
    profiles: [...(profiles ?? []), ...(top ?? []).filter((path) => path === "workshop/profile")],
    setUp: (setUp ?? []).filter((path) => !/(?:\.md|~)$/.test(path)),
  };
}

async function filesIn(folder: string, name: string): Promise<string[]> {
  const entries = await readdir(join(folder, name), { withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => `${name}/${entry.name}`);
  const inside = await Promise.all(paths.map((path) => isReallyWithin(folder, join(folder, path))));
  return paths.filter((_path, at) => inside[at]).toSorted();
}

/** What does something on the original, and what is to be said of it. */
const UNUSED: Readonly<Record<string, string>> = {
  "workshop/config.js": "is not run; titles and variables are those of workshop.yaml and modules.yaml",
  "workshop/supervisor": "has no effect: its daemons are not started",
  "workshop/gateway": "has no effect: its routes are not served",
  "workshop/layouts": "has no effect: pages are laid out by Lectern, and its shortcodes are not run",
  "workshop/themes": "has no effect: pages are laid out by Lectern",
  "workshop/terminal": "has no effect: terminals begin with bash",
  "workshop/terminal.sh": "has no effect: terminals begin with bash",
  "workshop/packages": "has no effect: its programs are not installed",
};

const SLIDES_OFF: Readonly<Record<string, string>> = {
  [SLIDES_FOLDER]:
    "has no effect: the definition does not switch slides on (spec.session.applications.slides)",
};

/** One problem for each file or folder of the workshop that comes to nothing here. */
export async function unusedFiles(
  folder: string,
  { slides }: { slides?: string | undefined },
): Promise<LabProblem[]> {
  const present = new Set(await readdir(join(folder, "workshop")).catch((): string[] => []));
  const unused = slides === undefined ? { ...UNUSED, ...SLIDES_OFF } : UNUSED;
  return Object.entries(unused).flatMap(([file, what]): LabProblem[] => {
    if (!present.has(file.slice("workshop/".length))) return [];
    return [
      {
        severity: "warning",
        rule: "unsupported",
        file,
        line: 1,
        message: `${file} ${what}`,
        fix: "Remove it, or do not rely on it in the text",
        fidelity: "lacking",
      },
    ];
  });
}

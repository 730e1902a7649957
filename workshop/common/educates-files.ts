import type { EducatesResource, FileSource } from "./educates-schema.js";
import type { PathPatterns } from "./lab.js";
import { type ResourceNote, lacking } from "./resource-note.js";

/** What a lab puts into the home. */
export interface HomeContent {
  /** Of the lab's own folder. */
  patterns: PathPatterns;
  /** Files that the definition writes out, by path. */
  inline: Record<string, string>;
  notes: ResourceNote[];
}

/** Ways to name where files come from. */
const KINDS = [
  "image",
  "imgpkgBundle",
  "git",
  "hg",
  "http",
  "githubRelease",
  "helmChart",
  "directory",
  "inline",
];

/**
 * Reads `workshop.files`. The first source that goes into the home itself is the lab's own folder, wherever it is published; what comes
 * from elsewhere is not fetched.
 */
export function homeContentOf({ spec }: EducatesResource): HomeContent {
  const sources = spec.workshop?.files ?? [];
  const own = sources.findIndex((source) => isOfLab(source));
  const content: HomeContent = {
    patterns: {
      include: sources[own]?.includePaths ?? [],
      exclude: sources[own]?.excludePaths ?? [],
    },
    inline: {},
    notes: [],
  };
  for (const [at, source] of sources.entries()) {
    if (at === own) continue;
    const folder = isHome(source) ? "" : `${source.path ?? ""}/`;
    if (!source.inline) {
      content.notes.push(notFetched(source, folder, at));
      continue;
    }
    for (const [name, text] of Object.entries(source.inline.paths ?? {})) {
      const path = pathInHome(folder + name);
      if (path === undefined) content.notes.push(outsideHome(name, at));
      else content.inline[path] = text;
    }
  }
  return content;
}

/** The path without detours; nothing where it leads out of the home. */
function pathInHome(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
}

function outsideHome(name: string, at: number): ResourceNote {
  return lacking(
    ["spec", "workshop", "files", at, "inline", "paths", name],
    "leads out of the home, and is left out",
  );
}

function notFetched(source: FileSource, folder: string, at: number): ResourceNote {
  const kind = KINDS.find((name) => name in source) ?? "an unknown source";
  const target = folder === "" ? "the home" : `~/${folder}`;
  return lacking(
    ["spec", "workshop", "files", at],
    `brings ${target} from elsewhere (${kind}), and is not fetched`,
  );
}

function isOfLab(source: FileSource): boolean {
  return !source.inline && isHome(source);
}

function isHome({ path }: FileSource): boolean {
  return !path || path === "." || path === "./";
}

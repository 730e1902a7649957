import type { LabProblem } from "../common/lab.js";

/** Where titles stand, and the pages that there are. */
interface TitledPages {
  file: string;
  /** Paths of pages, with their endings or without. */
  pages: readonly string[];
  lineOf: (path: string) => number;
}

/** A warning for each title of a page that does not exist: most often its file was renamed, and now bears another title. */
export function titlesOfNoPage(
  titled: readonly string[],
  { file, pages, lineOf }: TitledPages,
): LabProblem[] {
  const known = new Set(pages.map(pageOf));
  return titled
    .filter((path) => !known.has(pageOf(path)))
    .map((path) => ({
      severity: "warning",
      rule: "missing-page",
      file,
      line: lineOf(path),
      message: `The page ${path} has a title here and does not exist`,
      fix: `Add workshop/content/${pageOf(path)}.md, or correct the name, or remove it`,
    }));
}

function pageOf(path: string): string {
  return path.replace(/\.(?:md|adoc)$/, "").replace(/\/index$/, "");
}

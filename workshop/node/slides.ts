import { lstat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { isReallyWithin } from "./lab-path.js";

/** What stands at a path of a lab's slides: an absolute file, or a page that is made of its Markdown. */
export type SlidesContent = { file: string } | { html: string };

type SlidesLab = Pick<Lab, "name" | "slides" | "source">;

/** The page that shows slides where the path names none. */
export const SLIDES_PAGE = "index.html";
/** Slides as text: `---` on a line of its own begins the next one, `--` one below it. */
export const SLIDES_TEXT = "slides.md";

/**
 * What the path, relative to the folder of the lab's slides, stands for: a file of the lab, or else one of reveal.js or impress.js where
 * decks look for it. Links that lead out of the folder lead nowhere. Throws LAB_FILE_NOT_FOUND.
 */
export async function slidesContent(lab: SlidesLab, path: string): Promise<SlidesContent> {
  const wanted = path === "" || path.endsWith("/") ? `${path}${SLIDES_PAGE}` : path;
  const own = await ownFile(lab, wanted);
  if (own !== undefined) return { file: own };
  if (wanted === SLIDES_PAGE && (await ownFile(lab, SLIDES_TEXT)) !== undefined)
    return { html: pageOfText(lab.name) };
  const shared = await sharedFile(wanted);
  if (shared !== undefined) return { file: shared };
  throw new WorkshopError(
    WORKSHOP_ERRORS.labFileNotFound,
    lab.slides === undefined
      ? `The lab ${lab.name} has no slides`
      : `The slides of the lab ${lab.name} have no file ${wanted} in ${lab.slides}/`,
  );
}

/** Whether the folder of the lab's slides holds what can be shown. */
export async function hasSlidesPage(lab: SlidesLab): Promise<boolean> {
  const found = await Promise.all([SLIDES_PAGE, SLIDES_TEXT].map((name) => ownFile(lab, name)));
  return found.some((file) => file !== undefined);
}

async function ownFile({ slides, source }: SlidesLab, path: string): Promise<string | undefined> {
  if (slides === undefined) return undefined;
  const folder = join(source.folder, slides);
  const file = join(folder, path);
  const isInside = (await isReallyWithin(source.folder, folder)) && (await isReallyWithin(folder, file));
  return isInside ? regularFile(file) : undefined;
}

/** What decks of other versions call the files of the one that is here. Sources: reveal.js 3.9, 4.6, 5.2, 6.0. */
const OTHER_NAMES: readonly [RegExp, string][] = [
  [/^css\/(reveal|reset)\.css$/, "dist/$1.css"],
  [/^css\/theme\/([\w-]{1,60})\.css$/, "dist/theme/$1.css"],
  [/^js\/reveal\.js$/, "dist/reveal.js"],
  [/^lib\/css\/(zenburn|monokai)\.css$/, "plugin/highlight/$1.css"],
  [/^plugin\/zoom-js\/zoom\.js$/, "plugin/zoom/zoom.js"],
  [/^dist\/plugin\/([a-z]{1,20})\.js$/, "plugin/$1/$1.js"],
  [/^dist\/plugin\/([a-z]{1,20})\.mjs$/, "plugin/$1/$1.esm.js"],
  [/^dist\/plugin\/highlight\/([\w-]{1,60})\.css$/, "plugin/highlight/$1.css"],
  [/^dist\/reveal\.mjs$/, "dist/reveal.esm.js"],
];
/** What of either package decks load; the rest of it is none of their business. */
const SHARED = { "reveal.js": /^(?:dist|plugin)\//, "impress.js": /^(?:js|css|extras)\// } as const;

async function sharedFile(path: string): Promise<string | undefined> {
  if (path.split("/").includes("..")) return undefined;
  // Decks also name the folder that the package would be unpacked in.
  const plain = path.replace(/^(?:node_modules\/)?(?:reveal|impress)\.js\//, "");
  const [pattern, name] = OTHER_NAMES.find(([other]) => other.test(plain)) ?? [];
  const known = pattern && name !== undefined ? plain.replace(pattern, name) : plain;
  for (const [library, offered] of Object.entries(SHARED)) {
    if (!offered.test(known)) continue;
    const folder = folderOf(library);
    const file = join(folder, known);
    const found = (await isReallyWithin(folder, file)) ? await regularFile(file) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The main file of either package lies one folder deep. */
function folderOf(library: string): string {
  return dirname(dirname(createRequire(import.meta.url).resolve(library)));
}

async function regularFile(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? path : undefined;
}

/** Shows the slides of a Markdown file with reveal.js; `#/2` is the third of them. */
function pageOfText(lab: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides of ${lab}</title>
<link rel="stylesheet" href="dist/reveal.css">
<link rel="stylesheet" href="dist/theme/white.css" media="(prefers-color-scheme: light)">
<link rel="stylesheet" href="dist/theme/black.css" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="plugin/highlight/monokai.css">
</head>
<body>
<div class="reveal"><div class="slides">
<section data-markdown="${SLIDES_TEXT}" data-separator="^\\r?\\n?---\\r?\\n$" data-separator-vertical="^\\r?\\n?--\\r?\\n$" data-separator-notes="^Notes?:"></section>
</div></div>
<script src="dist/reveal.js"></script>
<script src="plugin/markdown/markdown.js"></script>
<script src="plugin/highlight/highlight.js"></script>
<script>
Reveal.initialize({ hash: true, plugins: [RevealMarkdown, RevealHighlight] });
</script>
</body>
</html>
`;
}

import type { ActionView } from "./page-view.js";
import { flag, writtenText } from "./yaml-scalars.js";
import { homePath } from "./editor/home-path.js";

const source = {
  path: writtenText.optional(),
  url: writtenText.optional(),
  preview: flag.default(false),
};

/** What the bodies of `files:*` hold besides what every body may. */
export const FILE_FORMS = {
  "files:copy-file": source,
  "files:download-file": { ...source, download: writtenText.optional() },
  "files:upload-file": { path: writtenText },
  "files:upload-files": { directory: writtenText.optional() },
} as const;

export type FileWord = keyof typeof FILE_FORMS;

export function isFileWord(word: string): word is FileWord {
  return Object.hasOwn(FILE_FORMS, word);
}

/** What such a body was read as. */
export interface FileFields {
  path?: string | undefined;
  url?: string | undefined;
  directory?: string | undefined;
  download?: string | undefined;
  preview?: boolean;
}

type FileView = Pick<ActionView, "action" | "kind" | "title"> & Partial<ActionView>;

/** What an action does that moves files between the home and the learner's machine. Throws where it names no file of the home. */
export function fileView(
  word: FileWord,
  { path, url, directory = UPLOADS, download, preview }: FileFields,
): FileView {
  if (word === "files:upload-file") {
    const file = uploadPath(path);
    return { action: word, kind: "upload-file", title: `Upload ${file}`, file };
  }
  if (word === "files:upload-files") {
    const folder = uploadPath(directory);
    return {
      action: word,
      kind: "upload-file",
      title: `Upload files to ${folder}`,
      file: folder,
      takesMany: true,
    };
  }
  if (url !== undefined) return webFile(word, url);
  const file = inHome(path);
  const name = download ?? file.split("/").at(-1) ?? file;
  const shown = { file, ...(preview === true && { isPreviewed: true }) };
  if (word === "files:copy-file") return { action: word, kind: "copy-file", title: `Copy ${file}`, ...shown };
  return { action: word, kind: "download-file", title: `Download ${name}`, fileName: name, ...shown };
}

/** A browser opens files of the web; a page may not read them. */
function webFile(word: FileWord, url: string): FileView {
  if (!/^https?:\/\//i.test(url))
    throw new Error(`its url must begin with http:// or https://, not "${url}"`);
  if (word === "files:download-file") return { action: word, kind: "open-url", title: "Download", url };
  throw new Error(
    "a page may not read files of the web; bring it among the files of the lab and give its path",
  );
}

/** Where files go that are put into the home, but where their path says another folder of it. */
const UPLOADS = "~/uploads";
const NAMES_HOME = /^(?:[~/]|\$HOME|\$\{HOME\})/;

function uploadPath(written = ""): string {
  return inHome(written === "" || NAMES_HOME.test(written) ? written : `${UPLOADS}/${written}`);
}

function inHome(written = ""): string {
  const path = homePath(written);
  if (path !== undefined) return path;
  throw new Error(`"${written}" is no file of the home`);
}

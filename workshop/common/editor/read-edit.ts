import { compilePattern } from "../pattern.js";
import type { EditorEdit } from "./editor-edit.js";
import type { EditorFields, EditorWord } from "./editor-forms.js";
import type { TextChange, TextSelection } from "./edit-text.js";
import type { TextSearch } from "./find-text.js";
import { homePath } from "./home-path.js";
import type { YamlChange } from "./yaml-edit.js";
import { yamlPath } from "./yaml-path.js";

/** What a body of the editor asks for. Throws where its file lies outside of the home, or its pattern or path is none. */
export function readEdit(word: EditorWord, fields: EditorFields): EditorEdit {
  return READERS[word](fields);
}

type Reader = (fields: EditorFields) => EditorEdit;

const READERS: Readonly<Record<EditorWord, Reader>> = {
  "editor:open-file": ({ file, line = 1 }) => ({ does: "open", file: inHome(file), line }),
  "editor:close-file": ({ file }) => ({ does: "close", file: inHome(file) }),
  "editor:delete-file": ({ file }) => ({ does: "delete", file: inHome(file) }),
  "editor:create-file": ({ file, text = "" }) => ({ does: "create", file: inHome(file), text }),
  "editor:create-directory": ({ directory }) => ({ does: "create-directory", directory: inHome(directory) }),
  "editor:copy-file": (fields) => ({ does: "copy", ...movedIn(fields) }),
  "editor:rename-file": (fields) => ({ does: "rename", ...movedIn(fields) }),
  "editor:select-matching-text": selecting(({ text = "", before, after, ...fields }) => ({
    by: "match",
    search: searchOf(text, fields),
    before,
    after,
  })),
  "editor:select-lines-in-range": selecting((fields) => ({ by: "lines", ...linesOf(fields) })),
  "editor:select-yaml-path": selecting((fields) => ({ by: "yaml", path: checkedPath(fields) })),
  "editor:replace-text-selection": changing(({ text = "" }) => ({ does: "replace-selection", text })),
  "editor:delete-text-selection": changing(() => ({ does: "replace-selection", text: "" })),
  "editor:insert-lines-before-selection": changing(insertion("insert-at-selection", "before")),
  "editor:append-lines-after-selection": changing(insertion("insert-at-selection", "after")),
  "editor:append-lines-to-file": changing(insertion("insert-at-end", "after"), { makesFile: true }),
  "editor:prepend-lines-to-file": changing(insertion("insert-at-end", "before"), { makesFile: true }),
  "editor:insert-lines-before-line": changing(atLine("before")),
  "editor:append-lines-after-line": changing(atLine("after")),
  "editor:insert-lines-after-line": changing(atLine("after")),
  "editor:insert-lines-before-match": changing(atMatch("before")),
  "editor:append-lines-after-match": changing(atMatch("after")),
  "editor:replace-matching-text": changing(({ match = "", replacement = "", count = 1, ...fields }) => ({
    does: "replace-matches",
    search: searchOf(match, fields),
    replacement,
    count,
  })),
  "editor:replace-lines-in-range": changing(({ text = "", ...fields }) => ({
    does: "replace-lines",
    ...linesOf(fields),
    text,
  })),
  "editor:delete-lines-in-range": changing((fields) => ({
    does: "replace-lines",
    ...linesOf(fields),
    text: "",
  })),
  "editor:delete-matching-lines": changing(({ match = "", before = 0, after = 0, ...fields }) => ({
    does: "delete-matching-lines",
    search: searchOf(match, fields),
    before,
    after,
  })),
  "editor:set-yaml-value": yamlChange(({ value }, path) => ({ does: "set", path, value })),
  "editor:add-yaml-item": yamlChange(({ value }, path) => ({ does: "add", path, value })),
  "editor:insert-yaml-item": yamlChange(({ value, index = 0 }, path) => ({
    does: "insert",
    path,
    value,
    index,
  })),
  "editor:replace-yaml-item": yamlChange(({ value }, path) => ({ does: "replace", path, value })),
  "editor:merge-yaml-values": yamlChange(({ value }, path) => ({ does: "merge", path, value })),
  "editor:insert-value-into-yaml": yamlChange(({ value }, path) => ({ does: "put", path, value })),
  "editor:delete-yaml-value": yamlChange((_fields, path) => ({ does: "delete", path })),
};

function selecting(selectionOf: (fields: EditorFields) => TextSelection): Reader {
  return (fields) => ({ does: "select", file: inHome(fields.file), selection: selectionOf(fields) });
}

function changing(changeOf: (fields: EditorFields) => TextChange, more: { makesFile?: true } = {}): Reader {
  return (fields) => ({ does: "change", file: inHome(fields.file), change: changeOf(fields), ...more });
}

function yamlChange(changeOf: (fields: EditorFields, path: string) => YamlChange): Reader {
  return changing((fields) => ({ does: "edit-yaml", change: changeOf(fields, checkedPath(fields)) }));
}

type Side = "before" | "after";

function insertion(does: "insert-at-selection" | "insert-at-end", side: Side) {
  return ({ text = "" }: EditorFields): TextChange => ({ does, text, side });
}

function atLine(side: Side) {
  return ({ line = 1, text = "" }: EditorFields): TextChange => ({
    does: "insert-at-line",
    line,
    text,
    side,
  });
}

function atMatch(side: Side) {
  return ({ match = "", text = "", ...fields }: EditorFields): TextChange => ({
    does: "insert-at-match",
    search: searchOf(match, fields),
    text,
    side,
  });
}

function movedIn({ src, dest, open = true }: EditorFields): { from: string; to: string; opens: boolean } {
  return { from: inHome(src), to: inHome(dest), opens: open };
}

function linesOf({ start = 1, stop = start }: EditorFields): { start: number; stop: number } {
  return { start, stop };
}

function inHome(written = ""): string {
  const path = homePath(written);
  if (path !== undefined) return path;
  throw new Error(`"${written}" is no file of the home; the editor shows nothing else`);
}

/** A pattern or path that is none is the author's mistake, which is told before anybody clicks. */
function searchOf(text: string, { isRegex = false, group, start, stop }: EditorFields): TextSearch {
  if (isRegex) compilePattern(text);
  return { text, isRegex, group, start, stop };
}

function checkedPath({ path = "" }: EditorFields): string {
  yamlPath(path);
  return path;
}

import type { ActionView } from "../page-view.js";
import { type EditorEdit, onlyShows } from "./editor-edit.js";

/** A block of the editor as a page shows it. */
export function editView(edit: EditorEdit): Pick<ActionView, "kind" | "title"> & Partial<ActionView> {
  const text = editedText(edit);
  return {
    kind: onlyShows(edit) ? "show-file" : "edit",
    title: editTitle(edit),
    ...(text !== undefined && { text }),
    ...("file" in edit && { file: edit.file }),
  };
}

/** What it does, on its button and in its title. */
function editTitle(edit: EditorEdit): string {
  switch (edit.does) {
    case "open":
      return `Open ${edit.file}`;
    case "close":
      return `Close ${edit.file}`;
    case "select":
      return `Select in ${edit.file}`;
    case "change":
      return `Change ${edit.file}`;
    case "create":
      return `Write ${edit.file}`;
    case "create-directory":
      return `Make the folder ${edit.directory}`;
    case "copy":
      return `Copy ${edit.from} to ${edit.to}`;
    case "rename":
      return `Rename ${edit.from} to ${edit.to}`;
    case "delete":
      return `Delete ${edit.file}`;
  }
}

/** The text that a block puts in or looks for, which is shown in it. */
function editedText(edit: EditorEdit): string | undefined {
  if (edit.does === "create") return edit.text;
  if (edit.does === "select") return edit.selection.by === "match" ? edit.selection.search.text : undefined;
  if (edit.does !== "change") return undefined;
  const { change } = edit;
  if ("text" in change) return change.text === "" ? undefined : change.text;
  if (change.does === "replace-matches") return change.replacement;
  return undefined;
}

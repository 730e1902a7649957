import type { Lab, LabPage } from "../lab.js";
import { isEditorWord } from "./editor-forms.js";

/** Whether sessions of the lab have the tab of the editor. */
export function hasEditor({
  editor,
  pages,
}: Pick<Lab, "editor"> & { pages: readonly Pick<LabPage, "blocks">[] }): boolean {
  return editor === true || pages.some(({ blocks }) => blocks.some(({ action }) => isEditorWord(action)));
}

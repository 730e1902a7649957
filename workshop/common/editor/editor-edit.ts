import type { TextChange, TextSelection } from "./edit-text.js";

/** What a block of the editor does to the home. Paths are relative to it. */
export type EditorEdit =
  | { does: "open"; file: string; line: number }
  | { does: "select"; file: string; selection: TextSelection }
  | { does: "change"; file: string; change: TextChange; makesFile?: true }
  | { does: "create"; file: string; text: string }
  | { does: "create-directory"; directory: string }
  | { does: "copy" | "rename"; from: string; to: string; opens: boolean }
  | { does: "delete"; file: string }
  | { does: "close"; file: string };

/** Whether it leaves the files as they are. */
export function onlyShows({ does }: EditorEdit): boolean {
  return does === "open" || does === "select" || does === "close";
}

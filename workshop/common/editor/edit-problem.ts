/** Why an edit cannot be done, as a sentence without its end. */
export class EditProblem extends Error {
  override readonly name = "EditProblem";
}

/** Part of a text, by offsets; `to` is not part of it. */
export interface TextRange {
  from: number;
  to: number;
}

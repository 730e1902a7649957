/** What a piece of code is, as far as colours tell it; each is the class `tok-STYLE` of the page. */
export type CodeStyle =
  | "comment"
  | "keyword"
  | "string"
  | "literal"
  | "name"
  | "heading"
  | "inserted"
  | "deleted";

/** A piece of code; one after the other they are all of it. */
export interface CodePiece {
  text: string;
  style?: CodeStyle;
}

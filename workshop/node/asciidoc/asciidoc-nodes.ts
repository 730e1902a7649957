/** What is used of the blocks that Asciidoctor reads; its own types leave most of it open. */
export interface AsciidocNode {
  context: string;
  style: string | null;
  id: string | null;
  title: string | null;
  /** HTML of a list's item. */
  text?: string | null;
  caption?: string | null;
  level: number;
  sectname?: string | null;
  numbered?: unknown;
  lines?: string[];
  subs?: string[];
  rows?: AsciidocRows;
  sourceLocation?: { path: string | null; lineno: number } | null;
  document: AsciidocDocument;
  getBlocks(): AsciidocNode[];
  getRoles(): string[];
  getSource(): string;
  getAttributes(): Readonly<Record<string, unknown>>;
  hasOption(name: string): boolean;
  hasTitle(): boolean;
  hasText?(): boolean;
  getItems?(): unknown[];
  sectnum?(): string;
  content(): Promise<string>;
  applySubs(text: string, subs: readonly string[]): Promise<string>;
  imageUri(target: string): Promise<string>;
}

export interface AsciidocDocument extends AsciidocNode {
  getDocumentTitle(): unknown;
  getAttribute(name: string): unknown;
  getFootnotes(): { text: string }[];
}

export interface AsciidocCell {
  style: string | null;
  colspan: number | null;
  rowspan: number | null;
  innerDocument: AsciidocDocument | null;
  getAttributes(): Readonly<Record<string, unknown>>;
  content(): Promise<string | string[]>;
}

export interface AsciidocRows {
  head: AsciidocCell[][];
  body: AsciidocCell[][];
  foot: AsciidocCell[][];
}

/** What an include is read by. */
export interface AsciidocReader {
  /** The included file that is read; `null` in the page itself. */
  file: string | null;
  /** Line of it, from 1. */
  lineno: number;
  pushInclude(lines: string[], file: string, path: string, line: number, attributes: object): void;
}

/** An attribute of a block as text; `undefined` where it has none. */
export function attributeOf(node: Pick<AsciidocNode, "getAttributes">, name: string): string | undefined {
  const value = node.getAttributes()[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

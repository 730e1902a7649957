/** As Asciidoctor has it; `\` in front or at the end takes the meaning from it, and behind `$` it is the shell's. */
const REFERENCE = /(\\|\$)?\{([\p{Alphabetic}\p{N}\p{Pc}][\p{Alphabetic}\p{N}\p{Pc}-]{0,99})\}/gu;

/** Where a page says `{name}`. */
export interface AttributeReference {
  /** As it is written: Asciidoctor takes capital letters for small ones. */
  name: string;
  line: number;
  /** Whether it is `${name}` wherever the page says it. */
  isOfShell: boolean;
}

/** For each name in small letters the first place at which the page means a value of its own, or else the first of the shell's. */
export function attributeReferences(source: string): Map<string, AttributeReference> {
  const references = new Map<string, AttributeReference>();
  source.split("\n").forEach((text, at) => {
    for (const [, before, name = ""] of text.matchAll(REFERENCE)) {
      if (before === "\\") continue;
      const isOfShell = before === "$";
      const known = references.get(name.toLowerCase());
      if (known && (isOfShell || !known.isOfShell)) continue;
      references.set(name.toLowerCase(), { name, line: at + 1, isOfShell });
    }
  });
  return references;
}

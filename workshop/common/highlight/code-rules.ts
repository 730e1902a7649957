import type { CodeStyle } from "./code-piece.js";

/**
 * What begins at a place of the code, and where it ends: the first rule that fits is taken. Each pattern is sticky and looks at every
 * character a bounded number of times, whatever the code: what it reads it takes, or it gives up within `NEAR` characters.
 */
export interface CodeRule {
  style: CodeStyle | undefined;
  pattern: RegExp;
  /** Where it ends instead of where the pattern does. */
  endOf?: (code: string, at: number) => number;
}

/** The rules of a language, in the order in which they are tried. */
export type CodeRules = readonly CodeRule[];

const word = /[A-Za-z_][\w]*/y;
const number: CodeRule = {
  style: "literal",
  pattern: /(?<![\w.])(?:0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y,
};
const blanks: CodeRule = { style: undefined, pattern: /[ \t\n]+/y };
const plainWord: CodeRule = { style: undefined, pattern: word };
const doubleQuoted: CodeRule = { style: "string", pattern: /"(?:[^"\\\n]|\\.)*"?/y };
const singleQuoted: CodeRule = { style: "string", pattern: /'(?:[^'\\\n]|\\.)*'?/y };
const hashComment: CodeRule = { style: "comment", pattern: /#[^\n]*/y };
const slashComment: CodeRule = { style: "comment", pattern: /\/\/[^\n]*/y };
const blockComment: CodeRule = { style: "comment", pattern: /\/\*[^]*?(?:\*\/|$)/y };

function words(style: CodeStyle, list: string, flags = ""): CodeRule {
  const choice = list.split(" ").join("|");
  return { style, pattern: new RegExp(`(?<![\\w$-])(?:${choice})(?![\\w-])`, `${flags}y`) };
}

/** Languages with braces, which differ by their words as far as colours go. */
function braced(keywords: string, literals = "true false null", ...first: CodeRule[]): CodeRules {
  return [
    blanks,
    ...first,
    slashComment,
    blockComment,
    doubleQuoted,
    singleQuoted,
    { style: "string", pattern: /`(?:[^`\\]|\\[^])*`?/y },
    words("keyword", keywords),
    words("literal", literals),
    number,
    plainWord,
  ];
}

/** Words of commands that begin something else than a program. */
const shellWords = words(
  "keyword",
  "if then elif else fi for in do done while until case esac function return exit export local readonly source set unset",
);

/** Commands: the program, its options, values and texts. */
const shell: CodeRules = [
  { style: undefined, pattern: /[ \t]+/y },
  { style: "comment", pattern: /(?<![^\s;])#[^\n]*/y },
  { style: "string", pattern: /"(?:[^"\\]|\\[^])*"?/y },
  { style: "string", pattern: /'[^']*'?/y },
  { style: "literal", pattern: /\$(?:\{[^}\n]{0,200}\}?|[A-Za-z_]\w*|[\d?!#@*$-])/y },
  { style: "name", pattern: /(?<=\s)--?[A-Za-z][\w-]*/y },
  shellWords,
  // The first word of a command, behind what another one ends with.
  {
    style: "keyword",
    pattern:
      /(?<=^[ \t]{0,8}(?:\$ )?|[|;&(]\s?|\b(?:sudo|then|do|else|exec) )[A-Za-z_./~][\w./~-]*(?![\w=])/my,
  },
  number,
  { style: undefined, pattern: /[\w./:=@%+,~-]+/y },
];

/** A text over several lines, by its indentation. */
function endOfBlockScalar(code: string, at: number): number {
  const lineStart = code.lastIndexOf("\n", at - 1) + 1;
  const indent = indentAt(code, lineStart);
  let end = lineEnd(code, at);
  while (end < code.length) {
    const next = lineEnd(code, end + 1);
    if (code.slice(end + 1, next).trim() !== "" && indentAt(code, end + 1) <= indent) break;
    end = next;
  }
  return end;
}

function indentAt(code: string, from: number): number {
  let at = from;
  while (code[at] === " ") at++;
  return at - from;
}

function lineEnd(code: string, from: number): number {
  const end = code.indexOf("\n", from);
  return end < 0 ? code.length : end;
}

const yaml: CodeRules = [
  blanks,
  { style: "comment", pattern: /(?<!\S)#[^\n]*/y },
  { style: "heading", pattern: /^(?:---|\.\.\.)(?=\s|$)/my },
  {
    style: "name",
    pattern: /(?<![^\s{,[])(?:"[^"\n]{0,100}"|'[^'\n]{0,100}'|[\w$.<][^\n:#,'"]{0,100})(?=:(?:\s|$))/my,
  },
  { style: "string", pattern: /(?<=[:-] )[|>][+-]?\d?[ \t]{0,8}(?=\n|$)/y, endOf: endOfBlockScalar },
  { style: "string", pattern: /(?<!\w)"(?:[^"\\]|\\[^])*"?/y },
  { style: "string", pattern: /(?<!\w)'[^']*'?/y },
  { style: "literal", pattern: /(?<=[\s[,])(?:true|false|null|yes|no|~|-?\d+(?:\.\d+)?)(?=[\s,\]}]|$)/y },
  { style: "literal", pattern: /(?<=\s)[&*!][\w/.!-]+/y },
  { style: undefined, pattern: /[\w./:@%+~-]+/y },
];

const json: CodeRules = [
  blanks,
  slashComment,
  blockComment,
  { style: "name", pattern: /"(?:[^"\\\n]|\\.)*"(?=[ \t]{0,8}:)/y },
  doubleQuoted,
  words("literal", "true false null"),
  number,
  plainWord,
];

const dockerfile: CodeRules = [
  { style: "comment", pattern: /^[ \t]{0,8}#[^\n]*/my },
  {
    style: "keyword",
    pattern:
      /^[ \t]{0,8}(?:FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)(?=\s)/imy,
  },
  words("keyword", "AS"),
  ...shell.filter(({ style }) => style !== "keyword" && style !== "comment"),
  { style: undefined, pattern: /\n/y },
];

const python: CodeRules = [
  blanks,
  hashComment,
  { style: "string", pattern: /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)/y },
  doubleQuoted,
  singleQuoted,
  { style: "literal", pattern: /@[\w.]+/y },
  words(
    "keyword",
    "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield",
  ),
  words("literal", "True False None self"),
  number,
  plainWord,
];

const settings: CodeRules = [
  blanks,
  { style: "comment", pattern: /^[ \t]{0,8}[#;!][^\n]*/my },
  { style: "heading", pattern: /^[ \t]{0,8}\[{1,2}[^\]\n]{0,200}\]{1,2}/my },
  { style: "name", pattern: /^[ \t]{0,8}(?:export )?[\w."'-]{1,100}(?=[ \t]{0,8}[=:])/my },
  doubleQuoted,
  singleQuoted,
  words("literal", "true false"),
  number,
  { style: "comment", pattern: /(?<=\s)#[^\n]*/y },
  { style: undefined, pattern: /[\w./:@%+~-]+/y },
];

const diff: CodeRules = [
  { style: "heading", pattern: /^(?:diff|index|---|\+\+\+|@@)[^\n]*/my },
  { style: "inserted", pattern: /^\+[^\n]*/my },
  { style: "deleted", pattern: /^-[^\n]*/my },
  { style: undefined, pattern: /[^\n]+|\n+/y },
];

const markup: CodeRules = [
  { style: "comment", pattern: /<!--[^]*?(?:-->|$)/y },
  { style: "keyword", pattern: /<[/!?]?[A-Za-z][\w:-]*|\/?>/y },
  { style: "name", pattern: /(?<=\s)[A-Za-z_:][\w:.-]{0,100}(?==["'])/y },
  { style: "string", pattern: /(?<==)(?:"[^"]*"?|'[^']*'?)/y },
  { style: undefined, pattern: /\s+|[\w.,]+/y },
];

const sql: CodeRules = [
  blanks,
  { style: "comment", pattern: /--[^\n]*/y },
  blockComment,
  singleQuoted,
  doubleQuoted,
  words(
    "keyword",
    "select from where insert into values update set delete create alter drop table index view database grant revoke on to join left right inner outer group by order having limit offset as and or not in is like between union all distinct primary key references default begin commit rollback",
    "i",
  ),
  words("literal", "null true false", "i"),
  number,
  plainWord,
];

const go = braced(
  "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
  "true false nil iota",
);
const javascript = braced(
  "as async await break case catch class const continue default delete do else enum export extends finally for from function if implements import in instanceof interface let new of return static super switch this throw try type typeof var void while yield",
  "true false null undefined NaN",
);
const cLike = braced(
  "abstract async auto break case catch char class const continue def default do double else enum extends extern final finally float fn for if impl implements import in instanceof int interface let long match mod mut namespace new package private protected pub public return short signed sizeof static struct super switch template this throw throws trait try typedef union unsigned use using var void volatile where while",
  "true false null nullptr self None Some",
);
const hcl = braced(
  "resource data variable output module provider terraform locals for in if",
  undefined,
  hashComment,
);

const LANGUAGES: readonly (readonly [string, CodeRules])[] = [
  ["shell sh bash zsh ksh console shell-session terminal", shell],
  ["yaml yml", yaml],
  ["json jsonc json5", json],
  ["dockerfile docker containerfile", dockerfile],
  ["go golang", go],
  ["python py", python],
  ["javascript js jsx mjs cjs typescript ts tsx", javascript],
  ["java c cpp c++ h hpp cs csharp rust rs kotlin kt groovy gradle swift", cLike],
  ["toml ini properties conf cfg env dotenv", settings],
  ["hcl terraform tf", hcl],
  ["diff patch", diff],
  ["xml html svg", markup],
  ["sql", sql],
];

const rules = new Map(
  LANGUAGES.flatMap(([names, of]) => names.split(" ").map((name) => [name, of] as const)),
);

/** The rules of the language of that name, as fences and endings of files name it. */
export function codeRules(language: string): CodeRules | undefined {
  return rules.get(language.toLowerCase());
}

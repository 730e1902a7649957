import type MarkdownIt from "markdown-it";

/** The parser, whose types have no names of their own. */
export type Markdown = InstanceType<typeof MarkdownIt>;
export type Token = ReturnType<Markdown["parse"]>[number];
/** Where the parser is among the blocks of a page. */
export type StateBlock = InstanceType<Markdown["block"]["State"]>;

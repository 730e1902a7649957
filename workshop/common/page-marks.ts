import type { PageAction } from "./action.js";
import { escapeHtml } from "./filled-text.js";
import type { CodePiece } from "./highlight/code-piece.js";

/** What marks stand for. */
export interface Marked {
  actions: readonly Pick<PageAction, "view">[];
  code: readonly (readonly CodePiece[])[];
}

/** Steps pass the sanitiser as text no author can write, so that no author's `data-step` is mistaken for ours. */
export function blockMark(number: number): string {
  return `\uE002${number}\uE003`;
}

/** The mark of a step within running text. */
export function spanMark(number: number): string {
  return `\uE002s${number}\uE003`;
}

/** Code in colours passes the same way: hundreds of elements of ours are nothing to look through for what an author may not write. */
export function codeMark(number: number): string {
  return `\uE002c${number}\uE003`;
}

/** The mark of a hint, by its place among those of the page. */
export function hintMark(number: number): string {
  return `\uE002h${number}\uE003`;
}

/** The sanitised page with what the marks stand for. */
export function withMarksReplaced(html: string, { actions, code }: Marked): string {
  return html.replace(/\uE002([sch]?)(\d{1,9})\uE003/g, (_mark, kind: string, number: string) => {
    if (kind === "c") return (code[Number(number)] ?? []).map(pieceHtml).join("");
    if (kind === "h") return `<div data-hint="${number}"></div>`;
    const id = actions[Number(number)]?.view.step ?? "";
    return kind === "s" ? `<span data-step="${id}"></span>` : `<div data-step="${id}"></div>`;
  });
}

function pieceHtml({ text, style }: CodePiece): string {
  return style === undefined ? escapeHtml(text) : `<span class="tok-${style}">${escapeHtml(text)}</span>`;
}

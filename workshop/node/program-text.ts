import { unicodeText } from "./text-encoding.js";

/**
 * A program as a shell reads it: in UTF-8, without a mark in front of it, and with line ends of its own. With those of Windows, or with
 * the mark, its first line names no interpreter that there is. What is no text is left as it is.
 */
export function programText(content: Uint8Array): Uint8Array {
  const isUtf16 =
    (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
  if (!isUtf16 && content.includes(0)) return content;
  const text = unicodeText(content) ?? new TextDecoder("windows-1252").decode(content);
  return Buffer.from(text.replaceAll("\r\n", "\n"));
}

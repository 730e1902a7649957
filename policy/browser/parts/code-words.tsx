import type { ReactElement } from "react";

/** A sentence with what stands between backticks, a command or a name, shown as code. */
export function CodeWords({ text = "" }: { text?: string | undefined }): ReactElement {
  return (
    <>
      {wordsAndCode(text).map(({ words, isCode }, index) =>
        isCode ? <code key={index}>{words}</code> : words,
      )}
    </>
  );
}

/** A backtick without another is one. */
export function wordsAndCode(text: string): { words: string; isCode: boolean }[] {
  return text
    .split(/`([^`]+)`/)
    .map((words, index) => ({ words, isCode: index % 2 === 1 }))
    .filter(({ words }) => words !== "");
}

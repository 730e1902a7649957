import { useEffect, useRef, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { CodePiece } from "../../../common/highlight/code-piece.js";

/** A command as it stands in a block, in colours where it is told in pieces; one that is too long to read past scrolls inside until all of it is asked for. */
export function Command({
  text,
  pieces,
}: {
  text: string;
  pieces?: readonly CodePiece[] | undefined;
}): ReactElement {
  const command = useRef<HTMLPreElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const isCut = useIsCut(command, isOpen);
  return (
    <>
      <pre
        ref={command}
        className={`block__command${isOpen ? "" : " block__command--capped"}`}
        {...(isCut && !isOpen ? { tabIndex: 0, role: "group", "aria-label": "Command" } : {})}
      >
        <CommandText pieces={pieces ?? [{ text }]} />
      </pre>
      {isCut && (
        <Button
          className="button button--quiet button--small block__all"
          aria-expanded={isOpen}
          onPress={() => setIsOpen(!isOpen)}
        >
          {isOpen ? "Show less of the command" : "Show all of the command"}
        </Button>
      )}
    </>
  );
}

/** Whether the text is taller than its cap, also after the pane was made narrower; what was found stays while all is shown. */
function useIsCut(command: React.RefObject<HTMLElement | null>, isOpen: boolean): boolean {
  const [isCut, setIsCut] = useState(false);
  useEffect(() => {
    const element = command.current;
    if (!element || isOpen) return undefined;
    const observer = new ResizeObserver(() => setIsCut(element.scrollHeight > element.clientHeight + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [command, isOpen]);
  return isCut;
}

/** A command whose lines break between words: the browser itself would break `--image` after its hyphens. */
function CommandText({ pieces }: { pieces: readonly CodePiece[] }): ReactElement {
  return (
    <code>
      {wordsOf(pieces).map((word, at) =>
        typeof word === "string" ? (
          word
        ) : (
          <span key={at} className="command__word">
            {word.map(({ text, style }, part) =>
              style === undefined ? (
                text
              ) : (
                <span key={part} className={`tok-${style}`}>
                  {text}
                </span>
              ),
            )}
          </span>
        ),
      )}
    </code>
  );
}

/** Blanks as text, and each word with what it is made of. */
function wordsOf(pieces: readonly CodePiece[]): (string | CodePiece[])[] {
  const words: (string | CodePiece[])[] = [];
  for (const piece of pieces) {
    for (const text of piece.text.split(/(\s+)/)) {
      const last = words.at(-1);
      if (text === "") continue;
      if (text.trim() === "") words.push(text);
      else if (Array.isArray(last)) last.push({ ...piece, text });
      else words.push([{ ...piece, text }]);
    }
  }
  return words;
}

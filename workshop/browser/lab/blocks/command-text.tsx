import { useEffect, useRef, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";

/** A command as it stands in a block; one that is too long to read past scrolls inside until all of it is asked for. */
export function Command({ text }: { text: string }): ReactElement {
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
        <CommandText text={text} />
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
function CommandText({ text }: { text: string }): ReactElement {
  const parts = text.split(/(\s+)/);
  return (
    <code>
      {parts.map((part, at) =>
        at % 2 === 0 && part !== "" ? (
          <span key={at} className="command__word">
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </code>
  );
}

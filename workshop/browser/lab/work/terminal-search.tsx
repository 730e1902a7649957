import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { TerminalHandle } from "../../../../terminal/browser/terminal-view.js";
import { IconButton } from "../../parts/icon-button.js";

interface Props {
  name: string;
  handle: TerminalHandle;
  onClose: () => void;
}

/** The search line of a terminal: Enter finds further up, Shift+Enter further down, Esc closes. */
export function TerminalSearch({ name, handle, onClose }: Props): ReactElement {
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState("");
  const line = useRef<HTMLInputElement>(null);
  useEffect(() => {
    line.current?.focus();
    return () => void handle.find("");
  }, [handle]);
  function find(text: string, direction: "next" | "previous"): void {
    handle.find(text, direction).then(
      (isFound) => setProblem(text === "" || isFound ? "" : "Not found"),
      () => setProblem("Cannot search: the server does not answer"),
    );
  }
  function press(event: KeyboardEvent): void {
    if (event.key === "Enter") find(words, event.shiftKey ? "next" : "previous");
    if (event.key === "Escape") onClose();
  }
  return (
    <search className="terminal-search">
      <input
        ref={line}
        className="terminal-search__field field__input"
        aria-label={`Search in ${name}`}
        placeholder="Search"
        value={words}
        onChange={({ target }) => {
          setWords(target.value);
          find(target.value, "previous");
        }}
        onKeyDown={press}
      />
      <span className="terminal-search__result" role="status">
        {problem}
      </span>
      <IconButton isSmall icon="chevronUp" label="Previous match" onPress={() => find(words, "previous")} />
      <IconButton isSmall icon="chevronDown" label="Next match" onPress={() => find(words, "next")} />
      <IconButton isSmall icon="cross" label="Close the search" onPress={onClose} />
    </search>
  );
}

import type { ReactElement } from "react";

/** A command whose lines break between words: the browser itself would break `--image` after its hyphens. */
export function CommandText({ text }: { text: string }): ReactElement {
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

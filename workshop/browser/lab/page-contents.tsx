import { useState, type MouseEvent, type ReactElement } from "react";
import { bringIntoSight } from "./bring-into-sight.js";
import "./page-contents.css";

/** A page with less is seen at a glance. */
const LEAST = 4;

/** The headings of a long page, folded until somebody asks for them; each leads to its place. */
export function PageContents({ headings }: { headings: readonly HTMLElement[] }): ReactElement | null {
  const [isOpen, setIsOpen] = useState(false);
  if (headings.length < LEAST) return null;
  return (
    <details className="page-contents" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>On this page</summary>
      {isOpen && (
        <nav aria-label="On this page">
          <ol>
            {headings.map((heading) => (
              <li key={heading.id} data-level={heading.tagName}>
                <a href={`#${heading.id}`} onClick={(event) => show(event, heading)}>
                  {heading.textContent}
                </a>
              </li>
            ))}
          </ol>
        </nav>
      )}
    </details>
  );
}

/** The address of the page stays what it is: `<base>` would send the link to the catalogue. */
function show(event: MouseEvent, heading: HTMLElement): void {
  event.preventDefault();
  bringIntoSight(heading);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

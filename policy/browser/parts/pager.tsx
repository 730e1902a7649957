import type { ReactElement } from "react";
import "./pager.css";

/** How many rows stand on one page: read at a glance, and drawn at once. */
export const PAGE_SIZE = 50;

interface Props {
  /** What is paged, such as `namespaces`. */
  of: string;
  /** Of the first row that is shown, from 0. */
  offset: number;
  total: number;
  onMove: (offset: number) => void;
}

/** Where the page begins that is shown: the last, where those after it have gone meanwhile. */
export function pageStart(offset: number, total: number): number {
  return offset < total ? offset : lastStart(total);
}

function lastStart(total: number): number {
  return Math.max(0, Math.floor((total - 1) / PAGE_SIZE) * PAGE_SIZE);
}

/** Moves through a list of many pages; it stands before the list, so that no key has to pass all rows. Its buttons stay where they are at both ends, so that the focus does. */
export function Pager({ of, offset, total, onMove }: Props): ReactElement | null {
  if (total <= PAGE_SIZE) return null;
  const last = lastStart(total);
  const moves: [name: string, to: number][] = [
    ["First", 0],
    ["Previous", offset - PAGE_SIZE],
    ["Next", offset + PAGE_SIZE],
    ["Last", last],
  ];
  const range = [offset + 1, Math.min(offset + PAGE_SIZE, total), total].map((each) =>
    each.toLocaleString("en"),
  );
  return (
    <nav className="pager" aria-label={`Pages of ${of}`}>
      {moves.map(([name, to]) => {
        const leads = to >= 0 && to <= last && to !== offset;
        return (
          <button
            key={name}
            type="button"
            className="button button--small"
            aria-disabled={!leads}
            onClick={() => leads && onMove(to)}
          >
            {name}
          </button>
        );
      })}
      <span role="status">
        {range[0]} to {range[1]} of {range[2]} {of}
      </span>
    </nav>
  );
}

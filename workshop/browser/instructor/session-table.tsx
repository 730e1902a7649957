import { type Dispatch, type ReactElement, type SetStateAction, useCallback } from "react";
import type { InstructorRow } from "../../common/instructor-api.js";
import { useHasLinks } from "../store/use-account.js";
import { useDrawn } from "../store/use-drawn.js";
import { useNow } from "../store/use-now.js";
import type { Sort, SortKey } from "./rows.js";
import { SessionRow } from "./session-row.js";

const COLUMNS: readonly { key: SortKey; name: string; isNumeric?: boolean }[] = [
  { key: "id", name: "Session" },
  { key: "lab", name: "Lab" },
  { key: "page", name: "Page", isNumeric: true },
  { key: "done", name: "Steps done", isNumeric: true },
  { key: "failed", name: "Failed", isNumeric: true },
  { key: "activity", name: "Last activity", isNumeric: true },
  { key: "left", name: "Time left", isNumeric: true },
];

interface Props {
  rows: InstructorRow[];
  sort: Sort;
  chosen: ReadonlySet<string>;
  onSort: (sort: Sort) => void;
  onChoose: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

/** The sessions in rows; a heading sorts, the boxes choose. Of many the first are there at once, and the others moments later. */
export function SessionTable({ rows, sort, chosen, onSort, onChoose }: Props): ReactElement {
  const now = useNow(5000);
  const hasLinks = useHasLinks();
  const drawn = useDrawn(rows.length);
  const areAllChosen = rows.every((row) => chosen.has(row.id));
  const choose = useCallback(
    (id: string, isChosen: boolean) =>
      onChoose((before) => {
        const next = new Set(before);
        if (isChosen) next.add(id);
        else next.delete(id);
        return next;
      }),
    [onChoose],
  );
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table className="table session-table" aria-busy={drawn < rows.length}>
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Select all sessions shown"
                checked={areAllChosen}
                onChange={() => onChoose(areAllChosen ? new Set() : new Set(rows.map((row) => row.id)))}
              />
            </th>
            {COLUMNS.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
            <th scope="col">
              <span className="visually-hidden">Link</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, drawn).map((row) => (
            <SessionRow
              key={row.id}
              row={row}
              now={now}
              hasLink={hasLinks}
              isChosen={chosen.has(row.id)}
              onChoose={choose}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps {
  column: (typeof COLUMNS)[number];
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function Heading({ column, sort, onSort }: HeadingProps): ReactElement {
  const isSorted = sort.key === column.key;
  const direction = sort.isDescending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      className={column.isNumeric ? "numeric" : ""}
      {...(isSorted ? { "aria-sort": direction } : {})}
    >
      <button
        type="button"
        className="session-table__sort"
        onClick={() => onSort({ key: column.key, isDescending: isSorted && !sort.isDescending })}
      >
        {column.name} <span aria-hidden="true">{isSorted ? (sort.isDescending ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

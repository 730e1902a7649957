import type { ReactElement } from "react";
import type { InstructorRow } from "../../common/instructor-api.js";
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
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** The sessions in rows; a heading sorts, the boxes choose. */
export function SessionTable({ rows, sort, chosen, onSort, onChoose }: Props): ReactElement {
  const now = useNow(5000);
  const areAllChosen = rows.every((row) => chosen.has(row.id));
  function choose(id: string, isChosen: boolean): void {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    onChoose(next);
  }
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table className="table session-table">
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
          {rows.map((row) => (
            <SessionRow
              key={row.id}
              row={row}
              now={now}
              isChosen={chosen.has(row.id)}
              onChoose={(isChosen) => choose(row.id, isChosen)}
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

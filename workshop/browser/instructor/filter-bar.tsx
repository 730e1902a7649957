import type { ReactElement } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import type { InstructorRow } from "../../common/instructor-api.js";
import { filterRows, type RowFilter } from "./rows.js";

const FILTERS: readonly { filter: RowFilter; name: string }[] = [
  { filter: "active", name: "Active" },
  { filter: "stuck", name: "Need help" },
  { filter: "ended", name: "Ending" },
  { filter: "all", name: "All" },
];

interface Props {
  filter: RowFilter;
  words: string;
  rows: InstructorRow[];
  onFilter: (filter: RowFilter) => void;
  onWords: (words: string) => void;
}

/** Which sessions the table shows. */
export function FilterBar({ filter, words, rows, onFilter, onWords }: Props): ReactElement {
  return (
    <div className="filter-bar">
      <div className="filter-bar__kinds" role="group" aria-label="Which sessions">
        {FILTERS.map((item) => (
          <button
            key={item.filter}
            type="button"
            className="filter-bar__kind"
            aria-pressed={item.filter === filter}
            onClick={() => onFilter(item.filter)}
          >
            {item.name} <span className="filter-bar__count">{filterRows(rows, item.filter, "").length}</span>
          </button>
        ))}
      </div>
      <SearchField className="filter-bar__search" value={words} onChange={onWords}>
        <Label className="visually-hidden">Search sessions</Label>
        <Input className="field__input" placeholder="Search session, lab or page" />
      </SearchField>
    </div>
  );
}

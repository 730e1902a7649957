import type { ReactElement } from "react";
import type { WallView } from "../store/route.js";
import { STATE_SIGNS, WALL_STATES, type WallTile } from "./wall-state.js";

interface Props {
  tiles: readonly WallTile[];
  view: WallView;
  onView: (view: WallView) => void;
}

const SORTS = [
  { sort: undefined, name: "Name" },
  { sort: "need", name: "Need" },
  { sort: "page", name: "Page" },
] as const;

/** Which states are shown, each with how many are in it, and in which order. */
export function WallFilters({ tiles, view, onView }: Props): ReactElement {
  const { state: _state, ...anyState } = view;
  const { sort: _sort, ...anySort } = view;
  const count = (state: string) => tiles.filter((tile) => tile.state === state).length;
  return (
    <div className="wall__filters">
      <div className="filter-bar__kinds wall__kinds" role="group" aria-label="Which terminals">
        <Choice
          name="All"
          count={tiles.length}
          isOn={view.state === undefined}
          onPress={() => onView(anyState)}
        />
        {WALL_STATES.map((state) => (
          <Choice
            key={state}
            name={STATE_SIGNS[state].word}
            count={count(state)}
            isOn={view.state === state}
            onPress={() => onView({ ...view, state })}
          />
        ))}
      </div>
      <div className="filter-bar__kinds wall__kinds" role="group" aria-label="Sorted by">
        {SORTS.map(({ sort, name }) => (
          <Choice
            key={name}
            name={view.isProjected && sort === undefined ? "Number" : name}
            isOn={view.sort === sort}
            onPress={() => onView(sort === undefined ? anySort : { ...view, sort })}
          />
        ))}
      </div>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  count?: number;
  isOn: boolean;
  onPress: () => void;
}

function Choice({ name, count, isOn, onPress }: ChoiceProps): ReactElement {
  return (
    <button type="button" className="filter-bar__kind" aria-pressed={isOn} onClick={onPress}>
      {name}
      {count !== undefined && <span className="filter-bar__count"> {count}</span>}
    </button>
  );
}

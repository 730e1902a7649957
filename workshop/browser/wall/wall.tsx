import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement, type RefObject } from "react";
import { Input, Label, SearchField } from "react-aria-components";
import type { InstructorRow } from "../../common/instructor-api.js";
import { Icon, Spinner } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import type { Connection } from "../store/event-stream.js";
import { navigate } from "../store/navigation.js";
import type { Route, WallView } from "../store/route.js";
import { useNow } from "../store/use-now.js";
import { Tile } from "./tile.js";
import { tileAfter } from "./tile-keys.js";
import { WallFilters } from "./wall-filters.js";
import { createWallScreens, type WallScreens } from "./wall-screens.js";
import { arrangedTiles, tileSizeOf, tilesOf, type WallTile } from "./wall-state.js";
import "./wall.css";

interface Props {
  rows: InstructorRow[];
  route: Extract<Route, { screen: "wall" }>;
  connection: Connection;
}

/** How often a pause is looked at that may be over. */
const CLOCK_MS = 5_000;

/** The session whose tile was opened last, which has the focus again when somebody comes back. */
let opened: string | undefined;

/** The terminals of an event, or of all sessions, at one glance. */
export function Wall({ rows, route, connection }: Props): ReactElement {
  const { event, view } = route;
  const now = useNow(CLOCK_MS);
  const screens = useWallScreens(event);
  const tiles = tilesOf(rows, event, now);
  const shown = arrangedTiles(tiles, view);
  const change = (next: WallView) =>
    navigate({ screen: "wall", ...(event === undefined ? {} : { event }), view: next }, { replace: true });
  return (
    <div className="wall">
      <header className="wall__bar">
        <div>
          <ScreenTitle>{event === undefined ? "Wall" : `Wall of ${event}`}</ScreenTitle>
          <p className="wall__summary" role="status">
            {connection === "lost" ? (
              <>
                <Spinner /> Reconnecting… What you see is from before.
              </>
            ) : (
              `${String(shown.length)} of ${String(tiles.length)} terminals`
            )}
          </p>
        </div>
        <div className="wall__buttons">
          {!view.isProjected && <Search view={view} onView={change} />}
          <button
            type="button"
            className="button"
            aria-pressed={view.isProjected === true}
            onClick={() => change(projected(view))}
          >
            <Icon name="system" /> Without names
          </button>
          <Link className="button" to={{ screen: "instructor" }}>
            <Icon name="text" /> Sessions
          </Link>
        </div>
      </header>
      <WallFilters tiles={tiles} view={view} onView={change} />
      {shown.length > 0 ? (
        <Tiles tiles={shown} screens={screens} isProjected={view.isProjected === true} />
      ) : (
        <Nothing isFiltered={tiles.length > 0} event={event} />
      )}
    </div>
  );
}

/** Names are looked for no more where they are not shown. */
function projected({ isProjected, words: _words, ...view }: WallView): WallView {
  return isProjected ? view : { ...view, isProjected: true };
}

function Search({ view, onView }: { view: WallView; onView: (view: WallView) => void }): ReactElement {
  const search = (words: string) => {
    const { words: _before, ...others } = view;
    onView(words === "" ? others : { ...others, words });
  };
  return (
    <SearchField className="filter-bar__search" value={view.words ?? ""} onChange={search}>
      <Label className="visually-hidden">Search the wall</Label>
      <Input className="field__input" placeholder="Search name, lab or page" />
    </SearchField>
  );
}

interface TilesProps {
  tiles: WallTile[];
  screens: WallScreens;
  isProjected: boolean;
}

function Tiles({ tiles, screens, isProjected }: TilesProps): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  useFocusOnReturn(list);
  function move(event: KeyboardEvent): void {
    const next = list.current && tileAfter(list.current, document.activeElement, event.key);
    if (!next || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    next.focus();
  }
  return (
    <>
      <p className="visually-hidden" id="wall-keys">
        Arrow keys, Home and End move between terminals; Enter opens one.
      </p>
      {/* The keys move between links, which are what acts. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul
        ref={list}
        className="wall__tiles"
        data-size={tileSizeOf(tiles.length)}
        aria-label="Terminals"
        aria-describedby="wall-keys"
        onKeyDown={move}
      >
        {tiles.map((tile) => (
          <Tile key={tile.row.id} tile={tile} screens={screens} isProjected={isProjected} />
        ))}
      </ul>
    </>
  );
}

function useFocusOnReturn(list: RefObject<HTMLUListElement | null>): void {
  useEffect(() => {
    const tile = [...(list.current?.children ?? [])].find(
      (one) => one instanceof HTMLElement && one.dataset["session"] === opened,
    );
    opened = undefined;
    tile?.querySelector("a")?.focus();
    const note = (event: Event) => {
      const at = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-session]") : null;
      opened = at?.dataset["session"];
    };
    const element = list.current;
    element?.addEventListener("click", note);
    return () => element?.removeEventListener("click", note);
  }, [list]);
}

function useWallScreens(event: string | undefined): WallScreens {
  const screens = useMemo(() => createWallScreens(event), [event]);
  useEffect(() => screens.connect(), [screens]);
  return screens;
}

function Nothing({ isFiltered, event }: { isFiltered: boolean; event: string | undefined }): ReactElement {
  if (isFiltered)
    return <p className="empty">No terminal matches. Choose another state or clear the search.</p>;
  return (
    <div className="empty">
      <strong>No terminals yet</strong>
      <p>
        {event === undefined
          ? "Each session has a place here as soon as it is made."
          : "Everybody who opens the link of the event has a place here."}
      </p>
    </div>
  );
}

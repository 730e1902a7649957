import { useSyncExternalStore, type CSSProperties, type ReactElement } from "react";
import type { InstructorRow } from "../../common/instructor-api.js";
import { nameOf, placeToLook } from "../instructor/rows.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import type { WallScreens } from "./wall-screens.js";
import { STATE_SIGNS, type WallTile } from "./wall-state.js";

interface Props {
  tile: WallTile;
  screens: WallScreens;
  isProjected: boolean;
}

/** One learner: who, where, how they get on, and what their terminal shows; a press opens their page. */
export function Tile({ tile: { row, state, number }, screens, isProjected }: Props): ReactElement {
  const { word, icon } = STATE_SIGNS[state];
  const name = isProjected ? `Terminal ${String(number)}` : nameOf(row);
  const why = isProjected ? undefined : (row.help?.text ?? row.stuck);
  return (
    <li className="wall__tile" data-state={state} data-session={row.id}>
      <Link className="wall__link" to={placeToLook(row)}>
        <span className="wall__head">
          <span className="wall__name" title={name}>
            {name}
          </span>
          <span className="wall__state">
            <Icon name={icon} size={12} /> {word}
          </span>
        </span>
        <span className="wall__place">{placeWords(row)}</span>
        {why && <span className="visually-hidden">{why}</span>}
        <Screen session={row.id} screens={screens} />
      </Link>
    </li>
  );
}

function placeWords({ pageNumber, pages, step, steps, stepsDone }: InstructorRow): string {
  const page = `page ${String(pageNumber)}`;
  if (step !== undefined) return `${page}, step ${String(step.number)}/${String(step.of)}`;
  if (steps > 0 && stepsDone >= steps) return `${page}, all done`;
  return `${page} of ${String(pages)}`;
}

/** The terminal's text, as wide as the tile; its last lines where it is too narrow to be read so. */
function Screen({ session, screens }: { session: string; screens: WallScreens }): ReactElement {
  const screen = useSyncExternalStore(
    (listener) => screens.follow(session, listener),
    () => screens.of(session),
  );
  const style = { "--wall-columns": screen?.columns ?? 80 } as CSSProperties;
  return (
    <span className="wall__screen" aria-hidden="true">
      <span className="wall__text" style={style}>
        {screen?.lines.join("\n") ?? ""}
      </span>
    </span>
  );
}

import { memo, type ReactElement } from "react";
import type { InstructorRow } from "../../common/instructor-api.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { pausedUntil, timeLeft } from "../../common/session-time.js";
import { formatAgo, formatTimeLeft, urgencyOf } from "../../common/durations.js";
import { isOver, nameOf, needsHelp, placeToLook } from "./rows.js";

const MINUTE_MS = 60_000;

interface Props {
  row: InstructorRow;
  now: number;
  /** Whether whoever looks may hand its link out. */
  hasLink: boolean;
  isChosen: boolean;
  onChoose: (id: string, isChosen: boolean) => void;
}

/** One session of the table; what changes elsewhere in it draws nothing here. */
export const SessionRow = memo(function SessionRow(props: Props): ReactElement {
  const { row, now, hasLink, isChosen, onChoose } = props;
  return (
    <tr data-selected={isChosen || undefined} data-stuck={needsHelp(row) || undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Select session ${nameOf(row)}`}
          checked={isChosen}
          onChange={(event) => onChoose(row.id, event.target.checked)}
        />
      </td>
      <td>
        <Link
          className={row.person === undefined ? "session-table__id" : "session-table__person"}
          to={placeToLook(row)}
          aria-label={`Watch ${nameOf(row)}`}
        >
          {nameOf(row)}
        </Link>{" "}
        <Phase row={row} />
        {row.person !== undefined && <span className="session-table__session">{row.id}</span>}
        {!isOver(row) && <Need row={row} />}
        {row.phase === "Failed" && row.reason && <span className="session-table__stuck">{row.reason}</span>}
      </td>
      <td>{row.title}</td>
      <td className="numeric" title={row.page}>
        {row.pageNumber} of {row.pages}
      </td>
      <td className="numeric">
        {row.stepsDone} of {row.steps}
      </td>
      <td className="numeric">{row.stepsFailed > 0 ? <Failed count={row.stepsFailed} /> : "0"}</td>
      <td className="numeric" title={new Date(row.lastActivityAt).toLocaleString()}>
        {row.openedAt === undefined ? "not opened yet" : formatAgo(now - Date.parse(row.lastActivityAt))}
      </td>
      <TimeLeft row={row} now={now} />
      <td>{hasLink && <CopyButton text={row.link} what={`the link of ${row.id}`} />}</td>
    </tr>
  );
});

/** Why a helper may be wanted, and who is there. */
function Need({ row: { announcement, help, guest, stuck } }: { row: InstructorRow }): ReactElement {
  return (
    <>
      {help !== undefined && (
        <span className="session-table__stuck">
          <Icon name="hand" size={14} /> Asks for help
          {help.takenBy === undefined ? "" : `; ${help.takenBy} comes`}
          {help.text === "" ? "" : `: ${help.text}`}
        </span>
      )}
      {announcement?.answer !== undefined && (
        <span className="session-table__session">answered {announcement.answer}</span>
      )}
      {guest?.agreedAt !== undefined && (
        <span className="session-table__session">{guest.name} types along</span>
      )}
      {stuck !== undefined && (
        <span className="session-table__stuck">
          <Icon name="warning" size={14} /> {stuck}
        </span>
      )}
    </>
  );
}

function Failed({ count }: { count: number }): ReactElement {
  return (
    <span className="session-table__failed">
      <Icon name="cross" size={14} /> {count}
    </span>
  );
}

function TimeLeft({ row, now }: { row: InstructorRow; now: number }): ReactElement {
  const left = timeLeft(row, now);
  const isPaused = pausedUntil(row, now) !== undefined && !isOver(row);
  if (row.openedAt === undefined && !isOver(row)) return <TimeFromOpening row={row} />;
  return (
    <td
      className="numeric session-table__left"
      data-urgency={isOver(row) || isPaused ? undefined : urgencyOf(left)}
      title={new Date(row.expiresAt).toLocaleString()}
    >
      {isOver(row) ? "–" : formatTimeLeft(left)}
      {isPaused && <span className="session-table__session">paused</span>}
    </td>
  );
}

/** The time of a session nobody has opened has not begun; until then its link lasts. */
function TimeFromOpening({ row }: { row: InstructorRow }): ReactElement {
  const end = new Date(row.expiresAt).toLocaleString();
  return (
    <td
      className="numeric session-table__left"
      title={`Its time begins when its link is opened, which is good until ${end}`}
    >
      {formatTimeLeft(row.minutes * MINUTE_MS)} from opening
    </td>
  );
}

const PHASE_BADGES = { Failed: "badge--danger", Pending: "badge--info", Ready: "badge--info" } as const;

function Phase({ row }: { row: InstructorRow }): ReactElement | null {
  if (row.phase === "Active") return null;
  const look = (PHASE_BADGES as Record<string, string>)[row.phase] ?? "";
  return <span className={`badge ${look}`}>{row.phase.toLowerCase()}</span>;
}

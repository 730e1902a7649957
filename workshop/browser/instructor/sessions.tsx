import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { InstructorRow } from "../../common/instructor-api.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { Link } from "../parts/link.js";
import { Icon, Spinner } from "../parts/icon.js";
import type { Connection } from "../store/event-stream.js";
import { BrokenLabs } from "./broken-labs.js";
import { BulkActions } from "./bulk-actions.js";
import { Confinement } from "./confinement.js";
import { ReadySessions } from "./ready-sessions.js";
import { CreateEvent } from "./create-event.js";
import { Events } from "./events.js";
import { CreateSessions } from "./create-sessions.js";
import { HelpQueue } from "./help-queue.js";
import { FilterBar } from "./filter-bar.js";
import { filterRows, isOver, sortRows, type RowFilter, type Sort } from "./rows.js";
import { Answers } from "./orders.js";
import { SessionTable } from "./session-table.js";
import { StartLink } from "./start-link.js";
import { useHasLinks, useSeesInstallation } from "../store/use-account.js";

interface Props {
  rows: InstructorRow[];
  connection: Connection;
}

/** All sessions, those who need help first, and what can be done with them. */
export function Sessions({ rows, connection }: Props): ReactElement {
  const [words, setWords] = useState("");
  const [filter, setFilter] = useState<RowFilter>("active");
  const [sort, setSort] = useState<Sort>({ key: "id", isDescending: false });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [making, setMaking] = useState<Making>();
  const [isInstructor, seesInstallation] = [useHasLinks(), useSeesInstallation()];
  const shown = sortRows(filterRows(rows, filter, words), sort);
  const selected = shown.filter((row) => chosen.has(row.id));
  return (
    <>
      <header className="instructor__head">
        <div>
          <ScreenTitle>Sessions</ScreenTitle>
          <Summary rows={rows} connection={connection} />
          <Answers rows={rows} />
        </div>
        <div className="instructor__make">
          <Link className="button" to={{ screen: "wall", view: {} }}>
            <Icon name="terminal" /> Wall of terminals
          </Link>
          {isInstructor && <MakingButtons making={making} onMaking={setMaking} />}
        </div>
      </header>
      {seesInstallation && <BrokenLabs />}
      {isInstructor && <StartLink />}
      {making === "sessions" && <CreateSessions onClose={() => setMaking(undefined)} />}
      {making === "event" && <CreateEvent onClose={() => setMaking(undefined)} />}
      <HelpQueue rows={rows} />
      <Events />
      <FilterBar filter={filter} words={words} rows={rows} onFilter={setFilter} onWords={setWords} />
      {rows.length > 0 && <BulkActions selected={selected} onDone={() => setChosen(new Set())} />}
      {shown.length > 0 ? (
        <SessionTable rows={shown} sort={sort} chosen={chosen} onSort={setSort} onChoose={setChosen} />
      ) : (
        <Nothing isFiltered={rows.length > 0} filter={words.trim() === "" ? filter : "all"} />
      )}
      {seesInstallation && <ReadySessions />}
      {seesInstallation && <Confinement />}
    </>
  );
}

type Making = "event" | "sessions" | undefined;

/** Of the two forms one at a time is open. */
function MakingButtons({
  making,
  onMaking,
}: {
  making: Making;
  onMaking: (making: Making) => void;
}): ReactElement {
  return (
    <>
      <Button
        className="button"
        aria-expanded={making === "event"}
        onPress={() => onMaking(making === "event" ? undefined : "event")}
      >
        <Icon name="plus" /> Create event
      </Button>
      <Button
        className={`button${making === undefined ? " button--primary" : ""}`}
        aria-expanded={making === "sessions"}
        onPress={() => onMaking(making === "sessions" ? undefined : "sessions")}
      >
        <Icon name="plus" /> Create sessions
      </Button>
    </>
  );
}

function Summary({ rows, connection }: { rows: InstructorRow[]; connection: Connection }): ReactElement {
  const live = rows.filter((row) => !isOver(row));
  const active = live.filter((row) => row.openedAt !== undefined);
  const unopened = live.length - active.length;
  const stuck = filterRows(active, "stuck", "").length;
  return (
    <p className="instructor__summary" role="status">
      {connection === "lost" ? (
        <>
          <Spinner /> Reconnecting… What you see is from before.
        </>
      ) : (
        `${active.length} active${unopened > 0 ? `, ${unopened} not opened yet` : ""}${stuck > 0 ? `, ${stuck} may need help` : ""}. The table keeps itself up to date.`
      )}
    </p>
  );
}

function Nothing({ isFiltered, filter }: { isFiltered: boolean; filter: RowFilter }): ReactElement {
  const isInstructor = useHasLinks();
  if (filter === "ended")
    return (
      <p className="empty">
        No session is ending or has failed. A session that has ended is deleted with everything it had, and
        leaves this table.
      </p>
    );
  if (isFiltered)
    return <p className="empty">No session matches. Clear the search or choose another group.</p>;
  return (
    <div className="empty">
      <strong>No sessions yet</strong>
      {isInstructor ? (
        <p>
          Sessions appear here when people come by the link of an event, when learners start a lab, or when
          you press <strong>Create sessions</strong> and hand out the links.
        </p>
      ) : (
        <p>Sessions appear here when people come to an event that you help in.</p>
      )}
    </div>
  );
}

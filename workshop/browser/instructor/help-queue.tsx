import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { formatAgo } from "../../common/durations.js";
import type { InstructorRow } from "../../common/instructor-api.js";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { useHelperName } from "../store/helper.js";
import { useNow } from "../store/use-now.js";
import { helpQueue, nameOf, placeToLook } from "./rows.js";
import "./help-queue.css";

/** Who asks for help, in the order of asking, and who comes to whom; nothing while nobody asks. */
export function HelpQueue({ rows }: { rows: readonly InstructorRow[] }): ReactElement {
  const asking = helpQueue(rows);
  const [name, setName] = useHelperName();
  const waiting = asking.filter(({ help }) => help?.takenBy === undefined);
  return (
    <>
      <p className="visually-hidden" role="status">
        {waiting.length > 0 &&
          `${waiting.map(nameOf).join(", ")} ${waiting.length === 1 ? "asks" : "ask"} for help.`}
      </p>
      {asking.length > 0 && (
        <section className="card help-queue" aria-labelledby="help-queue">
          <div className="help-queue__head">
            <h2 className="help-queue__title" id="help-queue">
              <Icon name="hand" /> Help is asked for{" "}
              <span className="filter-bar__count">{asking.length}</span>
            </h2>
            <label className="help-queue__name">
              You are
              <input
                className="field__input"
                placeholder="Your name, for the learners"
                maxLength={80}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </label>
          </div>
          <ol className="help-queue__list">
            {asking.map((row) => (
              <Asking key={row.id} row={row} helper={name.trim()} />
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Asking({ row, helper }: { row: InstructorRow; helper: string }): ReactElement {
  const now = useNow(5000);
  const [problem, setProblem] = useState<string>();
  const { help } = row;
  const taker = help?.takenBy;
  async function act(call: () => Promise<unknown>): Promise<void> {
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  function take(): void {
    if (helper === "")
      setProblem("Say first who you are, in the field above: the learner is told who comes.");
    else void act(() => api.takeHelp(row.id, helper));
  }
  return (
    <li className="help-queue__item" data-taken={taker === undefined ? undefined : true}>
      <div className="help-queue__words">
        <strong>{nameOf(row)}</strong>
        <span className="help-queue__facts">
          page {row.pageNumber} of {row.pages} · {formatAgo(now - Date.parse(help?.askedAt ?? ""))} ·{" "}
          {taker === undefined ? "waiting" : `${taker} comes`}
        </span>
        {help?.text !== "" && <p className="help-queue__text">{help?.text}</p>}
      </div>
      <Buttons row={row} onTake={take} act={(call) => void act(call)} />
      {problem && (
        <p className="field__error help-queue__problem" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

interface ButtonsProps {
  row: InstructorRow;
  onTake: () => void;
  act: (call: () => Promise<unknown>) => void;
}

function Buttons({ row, onTake, act }: ButtonsProps): ReactElement {
  const isTaken = row.help?.takenBy !== undefined;
  return (
    <div className="help-queue__buttons">
      <Link className="button button--small" to={placeToLook(row)} aria-label={`Open page of ${nameOf(row)}`}>
        Open page
      </Link>
      <Button
        className={`button button--small${isTaken ? "" : " button--primary"}`}
        aria-label={isTaken ? `Give back ${nameOf(row)}` : `I take it: ${nameOf(row)}`}
        onPress={() => (isTaken ? act(() => api.giveHelpBack(row.id)) : onTake())}
      >
        {isTaken ? "Give back" : "I take it"}
      </Button>
      <Button
        className="button button--small"
        aria-label={`Done with ${nameOf(row)}`}
        onPress={() => act(() => api.endHelp(row.id))}
      >
        Done
      </Button>
    </div>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_CODE, MAX_SEATS, MIN_CODE } from "../../common/event.js";
import type { LabSummary } from "../../common/api.js";
import type { NewEvent } from "../../common/event-api.js";
import { readNameList } from "../../common/name-list.js";
import { encodingOf } from "../../common/text-encoding.js";
import { eventApi } from "../api/event-api.js";
import { useAccount } from "../store/use-account.js";
import { useLabs } from "../store/use-labs.js";
import { StaffFields, readStaff } from "./staff-fields.js";

/** An afternoon. */
const LASTS_MS = 3 * 3_600_000;

/** Makes an event: one link for a room. */
export function CreateEvent({ onClose }: { onClose: () => void }): ReactElement {
  const { data: labs, error: unread } = useLabs();
  const queries = useQueryClient();
  // Whoever has no name of their own makes events that are everybody's who has a role here.
  const account = useAccount().data;
  const isNamed = account?.account?.staffName !== undefined;
  const mayAsk = account?.feedback ?? true;
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function create(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    setIsBusy(true);
    setProblem(undefined);
    try {
      await eventApi.create(await readForm(form));
      await queries.invalidateQueries({ queryKey: ["events"] });
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    }
  }
  return (
    <form className="card create-event" onSubmit={(event) => void create(event)} aria-label="Create an event">
      <EventFields labs={labs ?? []} />
      {isNamed && <StaffFields prefix="event-staff" />}
      {mayAsk && (
        <label className="create-event__switch">
          <input type="checkbox" name="feedback" defaultChecked /> Ask people at the end how it was
        </label>
      )}
      {(problem ?? unread?.message) && (
        <p className="field__error create-event__problem" role="alert">
          {problem ?? unread?.message}
        </p>
      )}
      <div className="create-event__whole">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        <Button className="button button--primary" type="submit" isDisabled={isBusy}>
          {isBusy ? "Creating…" : "Create"}
        </Button>
      </div>
    </form>
  );
}

function EventFields({ labs }: { labs: readonly LabSummary[] }): ReactElement {
  const [now] = useState(() => Date.now());
  return (
    <>
      <label className="field">
        <span className="field__label">Lab</span>
        <select className="field__input" name="lab" required autoFocus>
          {labs.map((lab) => (
            <option key={lab.name} value={lab.name} disabled={lab.unavailable !== undefined || lab.isUnread}>
              {lab.title}
            </option>
          ))}
        </select>
      </label>
      <TimeField label="From" name="from" value={now} />
      <TimeField label="Until" name="until" value={now + LASTS_MS} />
      <label className="field">
        <span className="field__label">Seats</span>
        <input
          className="field__input"
          type="number"
          name="seats"
          min={1}
          max={MAX_SEATS}
          defaultValue={30}
          required
        />
      </label>
      <label className="field">
        <span className="field__label">Code, told in the room</span>
        <input
          className="field__input"
          name="code"
          minLength={MIN_CODE}
          maxLength={MAX_CODE}
          placeholder="none"
          autoComplete="off"
        />
      </label>
      <label className="field">
        <span className="field__label">List of names</span>
        <input
          className="field__input"
          type="file"
          name="names"
          accept=".csv,.txt,text/csv,text/plain"
          aria-describedby="event-names-hint"
        />
        <span className="field__hint" id="event-names-hint">
          One a line, or a table with a column “name”. Without it, names are typed.
        </span>
      </label>
    </>
  );
}

function TimeField({ label, name, value }: { label: string; name: string; value: number }): ReactElement {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="field__input"
        type="datetime-local"
        name={name}
        defaultValue={localMinute(value)}
        required
      />
    </label>
  );
}

/** `2026-11-28T14:00` on the reader's clock, as the browser's field wants it. */
function localMinute(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Throws a sentence where the list of names cannot be used. */
async function readForm(form: FormData): Promise<NewEvent> {
  const text = (name: string): string => (form.get(name) as string).trim();
  const names = await namesIn(form.get("names") as File);
  return {
    lab: text("lab"),
    from: new Date(text("from")).toISOString(),
    until: new Date(text("until")).toISOString(),
    seats: Number(text("seats")),
    ...(text("code") === "" ? {} : { code: text("code") }),
    ...(names === undefined ? {} : { names }),
    ...(form.get("feedback") === null && { feedback: false }),
    ...readStaff(form),
  };
}

async function namesIn(file: File): Promise<string[] | undefined> {
  if (file.name === "") return undefined;
  const { names, problems } = readNameList(textOf(await file.arrayBuffer()));
  if (problems.length === 0) return names;
  throw new Error(`The list of names cannot be used. ${problems.join(" ")}`);
}

/** UTF-8, UTF-16 with its mark, or, as spreadsheets of Windows write it, Windows-1252. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder(encodingOf(new Uint8Array(bytes)), { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

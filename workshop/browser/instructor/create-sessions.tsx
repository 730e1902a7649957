import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { SessionLink } from "../../common/instructor-api.js";
import { api, type NewSessions } from "../api/api-client.js";
import { useLabs } from "../store/use-labs.js";
import { SessionLinks } from "./session-links.js";

/** Makes sessions for a class and shows their links. */
export function CreateSessions({ onClose }: { onClose: () => void }): ReactElement {
  const { data: labs, error: unread } = useLabs();
  const [links, setLinks] = useState<SessionLink[]>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function create(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    try {
      setLinks(await api.createSessions(readForm(new FormData(event.currentTarget))));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  if (links) return <SessionLinks links={links} onClose={onClose} />;
  return (
    <form className="card create" onSubmit={(event) => void create(event)} aria-label="Create sessions">
      <label className="field create__lab">
        <span className="field__label">Lab</span>
        <select className="field__input" name="lab" required autoFocus>
          {labs?.map((lab) => (
            <option key={lab.name} value={lab.name} disabled={lab.unavailable !== undefined || lab.isUnread}>
              {lab.title}
            </option>
          ))}
        </select>
      </label>
      <NumberField label="How many" name="count" value={10} max={200} />
      <NumberField label="Minutes" hint="as the lab says" name="minutes" max={1440} />
      <label className="field">
        <span className="field__label">Prefix of the names</span>
        <input
          className="field__input"
          name="prefix"
          pattern="[a-z]([a-z0-9\-]*[a-z0-9])?"
          title="Small letters, digits and hyphens, beginning with a letter"
          maxLength={19}
          placeholder="class-a"
        />
      </label>
      {(problem ?? unread?.message) && (
        <p className="field__error create__problem" role="alert">
          {problem ?? unread?.message}
        </p>
      )}
      <div className="create__buttons">
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

interface NumberProps {
  label: string;
  name: string;
  value?: number;
  /** What holds where nothing is typed. */
  hint?: string;
  max: number;
}

function NumberField({ label, name, value, hint, max }: NumberProps): ReactElement {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="field__input"
        type="number"
        name={name}
        min={1}
        max={max}
        placeholder={hint}
        {...(value === undefined ? {} : { defaultValue: value, required: true })}
      />
    </label>
  );
}

function readForm(form: FormData): NewSessions {
  const text = (name: string): string => (form.get(name) as string).trim();
  return {
    lab: text("lab"),
    count: Number(text("count")),
    ...(text("minutes") === "" ? {} : { minutes: Number(text("minutes")) }),
    ...(text("prefix") === "" ? {} : { prefix: text("prefix") }),
  };
}

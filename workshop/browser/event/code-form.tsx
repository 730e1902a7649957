import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_CODE } from "../../common/event.js";
import type { EventView } from "../../common/event-api.js";
import { openEvent } from "./use-event.js";

/** Asks for the code that the room is told. */
export function CodeForm({ event }: { event: EventView }): ReactElement {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function open(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const code = new FormData(submitted.currentTarget).get("code") as string;
    setIsBusy(true);
    setProblem(undefined);
    try {
      queries.setQueryData(["event", event.name], await openEvent(event.name, undefined, code.trim()));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    }
  }
  return (
    <form className="event__form" onSubmit={(submitted) => void open(submitted)}>
      <label className="field">
        <span className="field__label">Code</span>
        <input
          className="field__input"
          name="code"
          required
          maxLength={MAX_CODE}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby="event-code-hint"
          aria-invalid={problem !== undefined}
        />
      </label>
      <p className="field__hint" id="event-code-hint">
        You are told it in the room.
      </p>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <Button className="button button--primary" type="submit" isDisabled={isBusy}>
        {isBusy ? "One moment…" : "Go on"}
      </Button>
    </form>
  );
}

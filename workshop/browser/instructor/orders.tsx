import { useState, type FormEvent, type ReactElement } from "react";
import { Button, Input, Label, NumberField, TextField } from "react-aria-components";
import { MAX_ANNOUNCEMENT, MAX_COMMAND } from "../../common/announcement.js";
import type { InstructorRow, OrderAction, OrderOutcome } from "../../common/instructor-api.js";
import { api } from "../api/api-client.js";
import { newOrderId } from "../api/order-id.js";
import { ApiError } from "../errors.js";
import "./orders.css";

interface Props {
  selected: InstructorRow[];
  onClose: () => void;
  /** Told what was done, or what was not. */
  onOutcome: (outcome: { done?: string | undefined; problem?: string | undefined }) => void;
}

interface GivenOrder {
  /** The same for an order that is given again because its answer was lost. */
  id?: string;
  /** Told of how many sessions it is known what became of them. */
  onProgress?: (reached: number) => void;
  /** What was done, in words, where it is not how orders of its kind are told. */
  doneWords?: (count: number) => string;
}

/** What became of an order in words; `isLost` where it broke off, so that it may have been carried out in some sessions. */
export interface OrderedOutcome {
  done?: string;
  problem?: string;
  isLost?: boolean;
}

/** Carries out an order for sessions; the outcome in words. */
export async function giveOrder(
  selected: readonly InstructorRow[],
  action: OrderAction,
  { id = newOrderId(), onProgress, doneWords = doneBy(action) }: GivenOrder = {},
): Promise<OrderedOutcome> {
  const outcomes: OrderOutcome[] = [];
  let isDone = false;
  try {
    const to = { sessions: selected.map((row) => row.id) };
    for await (const event of api.order({ id, to, do: action })) {
      if (event.type === "outcome") {
        outcomes.push(event.outcome);
        onProgress?.(outcomes.length);
      }
      isDone ||= event.type === "done";
    }
    if (!isDone) return { isLost: true, problem: brokenOff(outcomes.length, selected.length) };
    const failed = outcomes.flatMap((one) =>
      one.problem === undefined ? [] : [`${one.id}: ${one.problem}`],
    );
    return failed.length > 0 ? { problem: failed.join(" ") } : { done: doneWords(outcomes.length) };
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status > 0;
    if (outcomes.length > 0) return { isLost: true, problem: brokenOff(outcomes.length, selected.length) };
    return { isLost: !isRefused, problem: error instanceof Error ? error.message : String(error) };
  }
}

function brokenOff(reached: number, all: number): string {
  return `The connection broke when ${String(reached)} of ${String(all)} sessions were reached. Try again: nothing is done twice.`;
}

function doneBy(action: OrderAction): (count: number) => string {
  return (count) => `${count === 1 ? "One session" : `${count} sessions`} ${DONE[action.type]}.`;
}

const DONE: Record<OrderAction["type"], string> = {
  announce: "told",
  pause: "paused",
  resume: "going on",
  extend: "given more time",
  end: "told, and ending then",
};

/** Tells the chosen learners something: words, a question, or a command for one click. */
export function MessageForm({ selected, onClose, onOutcome }: Props): ReactElement {
  const [text, setText] = useState("");
  const [command, setCommand] = useState("");
  const [asks, setAsks] = useState(false);
  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    const outcome = await giveOrder(selected, {
      type: "announce",
      text: text.trim(),
      ...(command.trim() === "" ? {} : { command: command.trim() }),
      ...(asks ? { asks: true } : {}),
    });
    onOutcome(outcome);
    if (outcome.problem === undefined) onClose();
  }
  return (
    <form className="card order-form" aria-label="Message" onSubmit={(event) => void send(event)}>
      <TextField className="field" value={text} onChange={setText} maxLength={MAX_ANNOUNCEMENT} autoFocus>
        <Label className="field__label">What do you tell them?</Label>
        <Input className="field__input" />
      </TextField>
      <TextField className="field" value={command} onChange={setCommand} maxLength={MAX_COMMAND}>
        <Label className="field__label">A command they may run with one click (optional)</Label>
        <Input className="field__input order-form__command" />
      </TextField>
      <label className="order-form__asks">
        <input type="checkbox" checked={asks} onChange={(event) => setAsks(event.target.checked)} /> A
        question, to be answered by yes or no
      </label>
      <div className="create__buttons">
        <Button className="button button--primary" type="submit" isDisabled={text.trim() === ""}>
          Send to {selected.length}
        </Button>
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** Lets the time of the chosen sessions stand still, or go on. */
export function PauseForm({ selected, onClose, onOutcome }: Props): ReactElement {
  const [minutes, setMinutes] = useState(15);
  async function give(action: OrderAction): Promise<void> {
    const outcome = await giveOrder(selected, action);
    onOutcome(outcome);
    if (outcome.problem === undefined) onClose();
  }
  return (
    <form
      className="card order-form"
      aria-label="Pause"
      onSubmit={(event) => {
        event.preventDefault();
        void give({ type: "pause", minutes });
      }}
    >
      <NumberField className="field" value={minutes} onChange={setMinutes} minValue={1} maxValue={10_080}>
        <Label className="field__label">Minutes from now</Label>
        <Input className="field__input" />
      </NumberField>
      <div className="create__buttons">
        <Button className="button button--primary" type="submit">
          Pause {selected.length}
        </Button>
        <Button className="button" onPress={() => void give({ type: "resume" })}>
          Go on now
        </Button>
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** How many have answered the newest question, and what; nothing where none is asked. */
export function Answers({ rows }: { rows: readonly InstructorRow[] }): ReactElement | null {
  const asked = rows.flatMap(({ announcement }) => (announcement?.asks === true ? [announcement] : []));
  const newest = asked.toSorted((a, b) => b.at.localeCompare(a.at))[0];
  if (newest === undefined) return null;
  const answers = asked.filter(({ id }) => id === newest.id);
  const count = (answer: "yes" | "no" | undefined): number =>
    answers.filter((one) => one.answer === answer).length;
  return (
    <p className="instructor__summary" role="status">
      “{newest.text}” {count("yes")} yes, {count("no")} no, {count(undefined)} not yet.
    </p>
  );
}

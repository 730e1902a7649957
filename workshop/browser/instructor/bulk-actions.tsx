import { useEffect, useRef, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { InstructorRow } from "../../common/instructor-api.js";
import { api } from "../api/api-client.js";
import { BulkQuestions, WARNING_MINUTES, type BulkQuestion } from "./bulk-questions.js";
import { newOrderId } from "../api/order-id.js";
import { MessageForm, PauseForm, giveOrder, type OrderedOutcome } from "./orders.js";
import { useCopy } from "../store/clipboard.js";
import { useHasLinks } from "../store/use-account.js";

const MORE_MINUTES = 30;
/** Read by then; what stays is the new time in the table. */
const NEWS_MS = 8000;

interface Outcome {
  done?: string | undefined;
  problem?: string | undefined;
}

interface Props {
  selected: InstructorRow[];
  /** The selected ones are gone. */
  onDone: () => void;
}

/** What can be done with the chosen sessions; says what was done, and which could not. */
export function BulkActions({ selected, onDone }: Props): ReactElement {
  const [question, setQuestion] = useState<BulkQuestion>();
  const [outcome, setOutcome] = useState<Outcome>({});
  const extension = useExtension();
  useEffect(() => {
    if (outcome.done === undefined) return undefined;
    const timer = setTimeout(() => setOutcome({}), NEWS_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const isNone = selected.length === 0;
  async function endSoon(): Promise<void> {
    setOutcome(await giveOrder(selected, { type: "end", minutes: WARNING_MINUTES }));
  }
  async function extend(): Promise<void> {
    setOutcome({});
    setOutcome(await extension.give(selected));
  }
  async function end(): Promise<void> {
    setOutcome({ problem: await failures(selected, (row) => api.endSession(row.id)) });
    onDone();
  }
  async function revoke(): Promise<void> {
    const problem = await failures(selected, (row) => api.revokeLink(row.id));
    setOutcome(problem === undefined ? { done: revoked(selected.length) } : { problem });
  }
  return (
    <div className="bulk" role="group" aria-label="Selected sessions">
      <span className="bulk__count">{isNone ? "None selected" : `${selected.length} selected`}</span>
      <Button
        className="button button--small"
        isDisabled={isNone}
        onPress={() => extension.reached !== undefined || void extend()}
      >
        Extend by {MORE_MINUTES} min
      </Button>
      <Orders selected={selected} onOutcome={setOutcome} onAsk={setQuestion} />
      <span className="bulk__done" role="status">
        {extension.reached === undefined
          ? outcome.done
          : `${extension.reached} of ${selected.length} sessions have ${MORE_MINUTES} min more…`}
      </span>
      {outcome.problem && (
        <span className="field__error" role="alert">
          {outcome.problem}
        </span>
      )}
      <BulkQuestions
        asked={question}
        selected={selected}
        onConfirm={{ end, "end-soon": endSoon, revoke }}
        onClose={() => setQuestion(undefined)}
      />
    </div>
  );
}

/** Who presses again later than this wants more time once more. */
const SAME_ORDER_MS = 5 * 60_000;

/** Gives sessions more time, once: what is pressed again within minutes after an answer was lost is the same order. */
function useExtension(): {
  /** Of how many it is known what became of them, while it is being given. */
  reached: number | undefined;
  give: (selected: readonly InstructorRow[]) => Promise<OrderedOutcome>;
} {
  const [reached, setReached] = useState<number>();
  const lost = useRef<{ sessions: string; id: string; until: number }>(undefined);
  async function give(selected: readonly InstructorRow[]): Promise<OrderedOutcome> {
    setReached(0);
    const sessions = selected.map(({ id }) => id).join(" ");
    const before = lost.current;
    const isSame = before?.sessions === sessions && performance.now() < before.until;
    const id = isSame ? before.id : newOrderId();
    const action = { type: "extend", minutes: MORE_MINUTES } as const;
    const outcome = await giveOrder(selected, action, { id, onProgress: setReached, doneWords: extended });
    lost.current = outcome.isLost ? { sessions, id, until: performance.now() + SAME_ORDER_MS } : undefined;
    setReached(undefined);
    return outcome;
  }
  return { reached, give };
}

interface OrdersProps {
  selected: InstructorRow[];
  onOutcome: (outcome: Outcome) => void;
  onAsk: (question: BulkQuestion) => void;
}

/** What opens a form or asks a question first. */
function Orders({ selected, onOutcome, onAsk }: OrdersProps): ReactElement | null {
  // Helpers give more time, and none of the rest.
  const isInstructor = useHasLinks();
  const [form, setForm] = useState<"message" | "pause">();
  const isNone = selected.length === 0;
  const ofForm = { selected, onClose: () => setForm(undefined), onOutcome };
  const opens = (which: "message" | "pause") => ({
    className: "button button--small",
    isDisabled: isNone,
    "aria-expanded": form === which,
    onPress: () => setForm(form === which ? undefined : which),
  });
  const asks = (question: BulkQuestion) => ({
    className: "button button--small",
    isDisabled: isNone,
    onPress: () => onAsk(question),
  });
  if (!isInstructor) return null;
  return (
    <>
      <Button {...opens("message")}>Message…</Button>
      <Button {...opens("pause")}>Pause…</Button>
      <CopyLinks selected={selected} />
      <Button {...asks("revoke")}>Replace links…</Button>
      <Button {...asks("end-soon")}>End in {WARNING_MINUTES} min…</Button>
      <Button {...asks("end")}>End…</Button>
      {form === "message" && !isNone && <MessageForm {...ofForm} />}
      {form === "pause" && !isNone && <PauseForm {...ofForm} />}
    </>
  );
}

const COPY_WORDS = { idle: "Copy links", copied: "Copied", refused: "The browser refused to copy" } as const;

function CopyLinks({ selected }: { selected: InstructorRow[] }): ReactElement {
  const { state, copy } = useCopy();
  return (
    <Button
      className="button button--small"
      isDisabled={selected.length === 0}
      onPress={() => void copy(selected.map((row) => row.link).join("\n"))}
    >
      {COPY_WORDS[state]}
    </Button>
  );
}

function revoked(count: number): string {
  return count === 1 ? "One link was replaced." : `${count} links were replaced.`;
}

function extended(count: number): string {
  return `${count === 1 ? "One session has" : `${count} sessions have`} ${MORE_MINUTES} min more.`;
}

async function failures(
  rows: readonly InstructorRow[],
  act: (row: InstructorRow) => Promise<unknown>,
): Promise<string | undefined> {
  const outcomes = await Promise.allSettled(rows.map(act));
  const failed = outcomes.flatMap((outcome, at) =>
    outcome.status === "rejected" ? [`${rows[at]?.id ?? ""}: ${(outcome.reason as Error).message}`] : [],
  );
  return failed.length === 0 ? undefined : failed.join(" ");
}

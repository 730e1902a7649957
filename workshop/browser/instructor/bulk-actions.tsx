import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { InstructorRow } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { Confirm } from "../parts/confirm.js";
import { useCopy } from "../store/clipboard.js";

const MORE_MINUTES = 30;
/** Names spelled out in the question; more than that nobody reads. */
const NAMED_SESSIONS = 8;

/** What can be done with the chosen sessions; says which could not. */
export function BulkActions({
  selected,
  onDone,
}: {
  selected: InstructorRow[];
  onDone: () => void;
}): ReactElement {
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { state, copy } = useCopy();
  const isNone = selected.length === 0;
  const isOne = selected.length === 1;
  async function extend(): Promise<void> {
    setProblem(await failures(selected, (row) => api.extendSession(row.id, MORE_MINUTES)));
  }
  async function end(): Promise<void> {
    setProblem(await failures(selected, (row) => api.endSession(row.id)));
    onDone();
  }
  return (
    <div className="bulk" role="group" aria-label="Selected sessions">
      <span className="bulk__count">{isNone ? "None selected" : `${selected.length} selected`}</span>
      <Button className="button button--small" isDisabled={isNone} onPress={() => void extend()}>
        Extend by {MORE_MINUTES} min
      </Button>
      <Button
        className="button button--small"
        isDisabled={isNone}
        onPress={() => void copy(selected.map((row) => row.link).join("\n"))}
      >
        {state === "copied" ? "Copied" : "Copy links"}
      </Button>
      <Button className="button button--small" isDisabled={isNone} onPress={() => setIsAsking(true)}>
        End…
      </Button>
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
      <Confirm
        isOpen={isAsking}
        title={isOne ? `End session ${selected[0]?.id ?? ""}?` : `End ${selected.length} sessions?`}
        action={isOne ? "End session" : `End ${selected.length} sessions`}
        onConfirm={end}
        onClose={() => setIsAsking(false)}
      >
        Namespaces, files and terminals of {nameList(selected)} are deleted. What the learners have not taken
        away is gone.
      </Confirm>
    </div>
  );
}

function nameList(rows: readonly InstructorRow[]): string {
  const names = rows.slice(0, NAMED_SESSIONS).map((row) => row.id);
  const more = rows.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
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

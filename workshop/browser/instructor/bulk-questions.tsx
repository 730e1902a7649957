import type { ReactElement } from "react";
import type { InstructorRow } from "../../common/instructor-api.js";
import { Confirm } from "../parts/confirm.js";

/** Names spelled out in the question; more than that nobody reads. */
const NAMED_SESSIONS = 8;

/** Time for learners to take with them what they want to keep. */
export const WARNING_MINUTES = 5;

export type BulkQuestion = "end" | "end-soon" | "revoke";

interface Props {
  /** The question that is asked now; none where absent. */
  asked: BulkQuestion | undefined;
  selected: InstructorRow[];
  onConfirm: Record<BulkQuestion, () => Promise<void>>;
  onClose: () => void;
}

/** What is asked before something is done to chosen sessions that cannot be taken back. */
export function BulkQuestions({ asked, selected, onConfirm, onClose }: Props): ReactElement {
  const of = (question: BulkQuestion) => ({
    isOpen: asked === question,
    selected,
    onConfirm: onConfirm[question],
    onClose,
  });
  return (
    <>
      <EndQuestion {...of("end")} />
      <EndSoonQuestion {...of("end-soon")} />
      <RevokeQuestion {...of("revoke")} />
    </>
  );
}

interface QuestionProps {
  isOpen: boolean;
  selected: InstructorRow[];
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

function EndQuestion({ selected, ...question }: QuestionProps): ReactElement {
  const isOne = selected.length === 1;
  return (
    <Confirm
      {...question}
      title={isOne ? `End session ${selected[0]?.id ?? ""}?` : `End ${selected.length} sessions?`}
      action={isOne ? "End session" : `End ${selected.length} sessions`}
    >
      Namespaces, files and terminals of {nameList(selected)} are deleted. What the learners have not taken
      away is gone.
    </Confirm>
  );
}

function EndSoonQuestion({ selected, ...question }: QuestionProps): ReactElement {
  const what = selected.length === 1 ? `session ${selected[0]?.id ?? ""}` : `${selected.length} sessions`;
  return (
    <Confirm {...question} title={`End ${what} in ${WARNING_MINUTES} min?`} action="Tell them, and end then">
      The learners of {nameList(selected)} are told now. In {WARNING_MINUTES} min their namespaces, files and
      terminals are deleted; until then <strong>Extend</strong> takes it back.
    </Confirm>
  );
}

function RevokeQuestion({ selected, ...question }: QuestionProps): ReactElement {
  const isOne = selected.length === 1;
  return (
    <Confirm
      {...question}
      title={isOne ? `Replace the link of ${selected[0]?.id ?? ""}?` : `Replace ${selected.length} links?`}
      action={isOne ? "Replace link" : "Replace links"}
    >
      The old {isOne ? "link" : "links"} of {nameList(selected)} and every browser let in by{" "}
      {isOne ? "it" : "them"} are refused at once. Sessions go on; copy the new {isOne ? "link" : "links"} for
      their learners.
    </Confirm>
  );
}

function nameList(rows: readonly InstructorRow[]): string {
  const names = rows.slice(0, NAMED_SESSIONS).map((row) => row.id);
  const more = rows.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

import { type ReactElement, type SubmitEvent, useState } from "react";
import { Button } from "react-aria-components";
import type { QuizResult, StepResult } from "../../../common/api.js";
import type { ActionView, QuizView } from "../../../common/page-view.js";
import { MAX_ANSWER_CHARACTERS } from "../../../common/quiz-limits.js";
import { Icon } from "../../parts/icon.js";
import { isBusy, resultKey, wasDone } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";
import { StepHint } from "./step-hint.js";

/** A question, what may be answered, and what came of the answer. */
export function QuizBlock({ action, quiz }: { action: ActionView; quiz: QuizView }): ReactElement {
  const { store, run, isReadOnly } = useLab();
  const page = useBlockPage();
  const key = resultKey(page, action.step);
  const result = useSession(store, (state) => state.results.get(key));
  const refusal = useSession(store, (state) => state.refusals.get(key));
  const [isEmpty, setIsEmpty] = useState(false);
  const isOver = wasDone(result) || result?.quiz?.triesLeft === 0;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).getAll("answer").map(String);
    const hasAnswer = given.some((one) => one.trim() !== "");
    setIsEmpty(!hasAnswer);
    if (hasAnswer && !isOver && !isReadOnly && !isBusy(result?.state))
      void run(page, action, { answer: given });
  };
  return (
    <form className="block quiz" data-state={result?.state ?? "idle"} onSubmit={submit} noValidate>
      <fieldset className="quiz__fields" disabled={isOver || isReadOnly}>
        <legend className="quiz__question">{action.title}</legend>
        {action.description !== undefined && <p className="quiz__note">{action.description}</p>}
        <Answers quiz={quiz} question={action.title} result={result?.quiz} />
      </fieldset>
      <div className="block__foot">
        {!isOver && (
          <Button className="button button--small button--primary" type="submit" isDisabled={isReadOnly}>
            Answer
          </Button>
        )}
        <Verdict result={result} tries={quiz.tries} />
      </div>
      {(isEmpty || refusal !== undefined) && (
        <p className="block__refusal" role="alert">
          <Icon name="warning" /> {isEmpty ? "Give an answer first." : refusal}
        </p>
      )}
      <StepHint result={result} />
      <Solution result={result} />
    </form>
  );
}

interface AnswersProps {
  quiz: QuizView;
  question: string;
  result: QuizResult | undefined;
}

function Answers({ quiz, question, result }: AnswersProps): ReactElement {
  if (quiz.choice === "text")
    return (
      <input
        className="field__input quiz__text"
        name="answer"
        aria-label={question}
        maxLength={MAX_ANSWER_CHARACTERS}
        autoComplete="off"
        spellCheck={false}
        defaultValue={result?.given[0] ?? ""}
      />
    );
  return (
    <>
      {quiz.choice === "many" && <p className="quiz__note">Choose all that are right.</p>}
      {quiz.options.map((option) => (
        <label key={option} className="quiz__option">
          <input
            type={quiz.choice === "one" ? "radio" : "checkbox"}
            name="answer"
            value={option}
            defaultChecked={result?.given.includes(option) ?? false}
          />
          <span>{option}</span>
        </label>
      ))}
    </>
  );
}

function Verdict({ result, tries }: { result: StepResult | undefined; tries: number }): ReactElement | null {
  if (wasDone(result))
    return (
      <span className="status" data-tone="success">
        <Icon name="tick" /> Right
      </span>
    );
  if (result?.state === "failed")
    return (
      <span className="status" data-tone="danger">
        <Icon name="cross" />
        <span>
          {result.message} {triesWords(result.quiz?.triesLeft ?? tries)}
        </span>
      </span>
    );
  if (result?.state === "unknown")
    return (
      <span className="status" data-tone="warning">
        <Icon name="question" /> Nobody judged this answer. Give it again.
      </span>
    );
  return isBusy(result?.state) ? null : <span className="status">{triesWords(tries)}</span>;
}

function triesWords(count: number): string {
  if (count === 0) return "No tries are left.";
  return count === 1 ? "You have 1 try." : `You have ${count} tries.`;
}

function Solution({ result }: { result: StepResult | undefined }): ReactElement | null {
  const { answers, explanation } = result?.quiz ?? {};
  const isTold = answers !== undefined && !wasDone(result);
  if (!isTold && explanation === undefined) return null;
  return (
    <div className="quiz__solution">
      {isTold && (
        <p>
          Right is: <strong>{answers.join(", ")}</strong>
        </p>
      )}
      {explanation !== undefined && <p>{explanation}</p>}
    </div>
  );
}

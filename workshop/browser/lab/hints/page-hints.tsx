import { useState, type ReactElement } from "react";
import { createPortal } from "react-dom";
import type { HintView, PageView } from "../../../common/page-view.js";
import { useLab } from "../lab-context.js";
import { HintText } from "./hint-text.js";
import { type StepHints, useStepHints } from "./use-step-hints.js";
import "./page-hints.css";

interface Props {
  page: PageView;
  /** Where its hints stand. */
  places: readonly HTMLElement[];
}

interface PlacedHint {
  hint: HintView;
  element: HTMLElement;
}

/** The hints of a page, each in its place: closed, and one after the other. */
export function PageHints({ page, places }: Props): ReactElement {
  const placed = places.flatMap((element): PlacedHint[] => {
    const hint = page.hints?.[Number(element.dataset["hint"])];
    return hint ? [{ hint, element }] : [];
  });
  const steps = new Set(placed.map(({ hint }) => hint.step));
  return (
    <>
      {[...steps].map((step) => (
        <HintsOfStep
          key={`${page.name} ${step}`}
          page={page}
          step={step}
          placed={placed.filter(({ hint }) => hint.step === step)}
        />
      ))}
    </>
  );
}

function HintsOfStep({
  page,
  step,
  placed,
}: {
  page: PageView;
  step: string;
  placed: readonly PlacedHint[];
}): ReactElement {
  const { isWatching } = useLab();
  const hints = useStepHints(
    page,
    step,
    placed.map(({ hint }) => hint),
  );
  return (
    <>
      {placed.map(({ hint, element }, at) => {
        // Who watches reads what the learner may be told, without taking it.
        const isShown = isWatching || at < hints.taken || (at === hints.taken && hints.isOffered);
        const isLate = hint.after !== undefined || hint.minutes !== undefined;
        return createPortal(
          <>
            {isShown && <Hint page={page.name} step={step} at={at} hints={hints} />}
            {isLate && !isWatching && (
              <span role="status" className="visually-hidden">
                {at === hints.taken && hints.isOffered ? "There is a hint for this step." : ""}
              </span>
            )}
          </>,
          element,
          String(at),
        );
      })}
    </>
  );
}

interface HintProps {
  page: string;
  step: string;
  at: number;
  hints: StepHints;
}

function Hint({ page, step, at, hints }: HintProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false);
  const isTaken = at < hints.taken;
  const offer = at === 0 ? "Show a hint" : "Show another hint";
  return (
    <details className="page-hint" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{isTaken ? `Hint ${String(at + 1)}` : offer}</summary>
      {isOpen && <HintText page={page} step={step} at={at} onTaken={() => hints.take(at)} />}
    </details>
  );
}

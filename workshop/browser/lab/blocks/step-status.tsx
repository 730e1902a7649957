import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import { Icon, Spinner } from "../../parts/icon.js";
import { formatDuration } from "../../../common/durations.js";
import { outcomeOf } from "../../store/step-outcome.js";
import { useNow } from "../../store/use-now.js";
import { useBlockPage, useLab } from "../lab-context.js";

/** The state of a block in a picture and words: running with its time and a way to stop it, or how it ended. */
export function StepStatus({
  result,
  step,
  isStoppable,
}: {
  result: StepResult | undefined;
  step: string;
  /** What is done beside the shells ends by itself. */
  isStoppable: boolean;
}): ReactElement | null {
  const outcome = outcomeOf(result);
  if (!outcome || !result) return null;
  return (
    <span className="status" data-tone={outcome.tone}>
      {outcome.icon === "spinner" ? <Spinner /> : <Icon name={outcome.icon} />}
      <span>
        {outcome.words}
        {result.state === "running" && <Elapsed startedAt={result.startedAt} />}
      </span>
      {result.state === "running" && isStoppable && <Stop result={result} step={step} />}
      {result.state === "queued" && result.waitsFor !== undefined && <Cancel result={result} step={step} />}
    </span>
  );
}

function Elapsed({ startedAt }: { startedAt: string | undefined }): ReactElement {
  const [seen] = useState(() => Date.now());
  const began = startedAt === undefined ? seen : Date.parse(startedAt);
  return <> · {formatDuration(useNow(100) - began)}</>;
}

interface OfStep {
  result: StepResult;
  step: string;
}

/** A way to stop a command; one that runs for long asks whether it should go on. */
function Stop({ result, step }: OfStep): ReactElement {
  const { store } = useLab();
  const page = useBlockPage();
  const [goesOn, setGoesOn] = useState(false);
  return (
    <>
      <Button
        className="button button--small"
        aria-label={`Interrupt step ${result.number + 1}`}
        onPress={() => void store.interrupt(page, step)}
      >
        <Icon name="stop" size={14} /> Interrupt
      </Button>
      {result.isOverdue && !goesOn && (
        <Button
          className="button button--small"
          aria-label={`Let step ${result.number + 1} go on`}
          onPress={() => setGoesOn(true)}
        >
          Go on
        </Button>
      )}
    </>
  );
}

function Cancel({ result, step }: OfStep): ReactElement {
  const { store } = useLab();
  const page = useBlockPage();
  return (
    <Button
      className="button button--small"
      aria-label={`Cancel step ${result.number + 1}`}
      onPress={() => void store.cancel(page, step)}
    >
      Cancel
    </Button>
  );
}

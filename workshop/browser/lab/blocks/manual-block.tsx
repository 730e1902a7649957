import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { isBusy, isDone, resultKey } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";
import { Checks } from "./checks.js";
import { OutputToggle, StepOutput, useStepOutput } from "./step-output.js";
import { StepHint } from "./step-hint.js";
import { StepStatus } from "./step-status.js";

/** A step the learner does by hand; the page sees whether it is done. */
export function ManualBlock({ action }: { action: ActionView }): ReactElement {
  const { store } = useLab();
  const page = useBlockPage();
  const key = resultKey(page, action.step);
  const result = useSession(store, (state) => state.results.get(key));
  const refusal = useSession(store, (state) => state.refusals.get(key));
  const output = useStepOutput(result);
  return (
    <div role="group" className="block" data-state={result?.state ?? "idle"} aria-label={action.title}>
      <div className="block__head">
        <span className="block__target">
          <Icon name="pointer" size={14} /> {action.title}
        </span>
      </div>
      <p className="block__prose">{action.description ?? action.text ?? "Do what the text says."}</p>
      <div className="block__foot">
        {isDone(result?.state) ? <Done /> : <DoneButton action={action} isUnderWay={isBusy(result?.state)} />}
        {!isDone(result?.state) && <StepStatus result={result} step={action.step} isStoppable={false} />}
        <OutputToggle output={output} />
      </div>
      {refusal && (
        <p className="block__refusal" role="alert">
          <Icon name="warning" /> {refusal}
        </p>
      )}
      <StepOutput output={output} />
      <StepHint result={result} />
      <Checks expected={action.checks} results={result?.checks ?? []} isBusy={isBusy(result?.state)} />
    </div>
  );
}

function Done(): ReactElement {
  return (
    <span className="status" data-tone="success">
      <Icon name="tick" /> Done
    </span>
  );
}

function DoneButton({ action, isUnderWay }: { action: ActionView; isUnderWay: boolean }): ReactElement {
  const { run, isReadOnly } = useLab();
  const page = useBlockPage();
  const words = action.checks.length > 0 ? "Check it" : "Mark as done";
  return (
    <Button
      className="button button--small"
      aria-label={`${words}: ${action.title}`}
      isPending={isUnderWay}
      isDisabled={isReadOnly}
      onPress={() => run(page, action)}
    >
      {words}
    </Button>
  );
}

import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { isBusy, isDone, resultKey } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";
import { Checks } from "./checks.js";
import { StepOutput } from "./step-output.js";
import { StepStatus } from "./step-status.js";

/** A step the learner does by hand; the page sees whether it is done. */
export function ManualBlock({ action }: { action: ActionView }): ReactElement {
  const { store, page, run, isReadOnly } = useLab();
  const key = resultKey(page, action.step);
  const result = useSession(store, (state) => state.results.get(key));
  const refusal = useSession(store, (state) => state.refusals.get(key));
  const words = action.checks.length > 0 ? "Check it" : "Mark as done";
  return (
    <div role="group" className="block" data-state={result?.state ?? "idle"} aria-label={action.title}>
      <div className="block__head">
        <span className="block__target">
          <Icon name="pointer" size={14} /> {action.title}
        </span>
      </div>
      <p className="block__prose">{action.description ?? action.text ?? "Do what the text says."}</p>
      <div className="block__foot">
        {!isDone(result?.state) && (
          <Button
            className="button button--small"
            aria-label={`${words}: ${action.title}`}
            isDisabled={isReadOnly || isBusy(result?.state)}
            onPress={() => run(action)}
          >
            {words}
          </Button>
        )}
        <StepStatus result={result} step={action.step} />
      </div>
      {refusal && (
        <p className="block__refusal" role="alert">
          <Icon name="warning" /> {refusal}
        </p>
      )}
      <StepOutput result={result} />
      <Checks expected={action.checks} results={result?.checks ?? []} isBusy={isBusy(result?.state)} />
    </div>
  );
}

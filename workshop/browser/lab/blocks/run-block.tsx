import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import type { ActionView } from "../../../common/page-view.js";
import { CopyButton } from "../../parts/copy-button.js";
import { IconButton } from "../../parts/icon-button.js";
import { Icon, type IconName } from "../../parts/icon.js";
import { isBusy, resultKey, wasDone } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";
import { actionName, headline, shortened, verbOf } from "./action-names.js";
import { Checks } from "./checks.js";
import { checksBeside } from "./refusal-text.js";
import { Command } from "./command-text.js";
import { LiveOutput } from "./live-output.js";
import { Refusal } from "./refusal.js";
import { OutputToggle, StepOutput, useStepOutput } from "./step-output.js";
import { StepHint } from "./step-hint.js";
import { StepStatus } from "./step-status.js";

/** A command, the button that runs it in its terminal, and what came of it. */
export function RunBlock({ action }: { action: ActionView }): ReactElement {
  const { store, isNarrow } = useLab();
  const page = useBlockPage();
  const key = resultKey(page, action.step);
  const result = useSession(store, (state) => state.results.get(key));
  const refusal = useSession(store, (state) => state.refusals.get(key));
  const output = useStepOutput(result);
  return (
    <div role="group" className="block" data-state={result?.state ?? "idle"} aria-label={headline(action)}>
      <BlockHead action={action} />
      {action.text !== undefined && (
        <Command text={action.description ?? action.text} pieces={action.pieces} />
      )}
      <div className="block__foot">
        <RunButton action={action} result={result} />
        <StepStatus result={result} step={action.step} isStoppable={action.terminals.length > 0} />
        <OutputToggle output={output} />
      </div>
      {refusal && (
        <p className="block__refusal" role="alert">
          <Icon name="warning" /> {refusal}
        </p>
      )}
      {isNarrow && result?.state === "running" && action.terminals[0] !== undefined && (
        <LiveOutput terminal={action.terminals[0]} command={action.text ?? ""} />
      )}
      <StepOutput output={output} />
      <StepHint result={result} />
      <Refusal result={result} />
      <Checks expected={action.checks} results={checksBeside(result)} isBusy={isBusy(result?.state)} />
    </div>
  );
}

const ICONS: Partial<Record<ActionView["kind"], IconName>> = {
  edit: "pencil",
  "show-file": "pencil",
  examine: "tick",
};

function BlockHead({ action }: { action: ActionView }): ReactElement {
  const { paste, isReadOnly } = useLab();
  const { text } = action;
  const terminal = action.terminals[0];
  const isCommand = action.kind === "execute" && text !== undefined && terminal !== undefined;
  return (
    <div className="block__head">
      <span className="block__target">
        <Icon name={ICONS[action.kind] ?? "terminal"} size={14} /> {headline(action)}
      </span>
      {action.expectsFailure && <span className="badge badge--info">should be refused</span>}
      <span className="block__tools">
        {isCommand && (
          <IconButton
            isSmall
            icon="paste"
            label={`Paste into terminal ${terminal} without running: ${shortened(text)}`}
            hint="Paste without running"
            isDisabled={isReadOnly}
            onPress={() => paste(terminal, text)}
          />
        )}
        {text !== undefined && (
          <CopyButton
            text={text}
            what={`${action.terminals.length > 0 ? "command" : "text"}: ${shortened(text)}`}
          />
        )}
      </span>
    </div>
  );
}

interface RunButtonProps {
  action: ActionView;
  result: StepResult | undefined;
}

function RunButton({ action, result }: RunButtonProps): ReactElement | null {
  const { run, isReadOnly } = useLab();
  const page = useBlockPage();
  const isUnderWay = isBusy(result?.state);
  const isRepeat = result !== undefined && result.state !== "idle";
  if (action.flow?.isOnce && wasDone(result) && !isUnderWay) return null;
  const words = isRepeat && !isUnderWay ? `${verbOf(action)} again` : verbOf(action);
  return (
    <Button
      className={`button button--small${isRepeat ? "" : " button--primary"} block__run`}
      aria-label={actionName(action, words)}
      // Not disabled while the command runs: a button that vanishes would throw the reader's focus away.
      isPending={isUnderWay}
      isDisabled={isReadOnly}
      onPress={() => run(page, action)}
    >
      <Icon name={isRepeat && !isUnderWay ? "restart" : "play"} size={14} />
      {words}
    </Button>
  );
}

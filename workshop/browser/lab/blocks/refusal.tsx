import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { isBusy } from "../../store/step-results.js";
import { useLab } from "../lab-context.js";
import { policyConsole } from "../work/tabs.js";
import { consolePathOf } from "./policy-place.js";
import { refusalOf } from "./refusal-text.js";

/** An image policy's refusal, told in place: which policy refused which image of which container and why, and the way to the policies. */
export function Refusal({ result }: { result: StepResult | undefined }): ReactElement | null {
  const { session } = useLab();
  const refusal = result && !isBusy(result.state) ? refusalOf(result) : undefined;
  if (!refusal) return null;
  const hasConsole = policyConsole(session.dashboards) !== undefined;
  return (
    <div className="refusal">
      <Icon name="shield" />
      <div>
        <p className="refusal__title">{refusal.title}</p>
        <ul className="refusal__list">
          {refusal.texts.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </div>
      {hasConsole && <OpenPolicies names={refusal.policies} />}
    </div>
  );
}

/** Leads to where the policy is set: a workspace or the organization. */
function OpenPolicies({ names }: { names: readonly string[] }): ReactElement {
  const { session, showConsole } = useLab();
  const [isLooking, setIsLooking] = useState(false);
  async function open(): Promise<void> {
    setIsLooking(true);
    showConsole(await consolePathOf(names, session));
    setIsLooking(false);
  }
  return (
    <Button className="button button--small" onPress={() => isLooking || void open()}>
      Open policies
    </Button>
  );
}

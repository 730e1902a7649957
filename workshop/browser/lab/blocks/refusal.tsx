import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";
import { CONSOLE_TAB } from "../work/tabs.js";
import { findRefusal } from "./refusal-text.js";

/** An image policy's refusal, told in place: what was refused, by what, and the way to the policy. */
export function Refusal({ result }: { result: StepResult | undefined }): ReactElement | null {
  const { showTab, session } = useLab();
  const refusal = result && findRefusal(result);
  if (!refusal) return null;
  const hasConsole = session.dashboards.some(({ name }) => name === CONSOLE_TAB);
  return (
    <div className="refusal">
      <Icon name="shield" />
      <div>
        <p className="refusal__title">
          Refused by {refusal.policies.length > 0 ? "image policy " : "an image policy"}
          {refusal.policies.map((name, at) => (
            <span key={name}>
              {at > 0 && ", "}
              <code>{name}</code>
            </span>
          ))}
        </p>
        <p className="refusal__text">{refusal.message}</p>
      </div>
      {hasConsole && (
        <Button className="button button--small" onPress={() => showTab(CONSOLE_TAB)}>
          Open policies
        </Button>
      )}
    </div>
  );
}

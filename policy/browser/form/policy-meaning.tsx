import type { ReactElement } from "react";
import { describePolicy, describeSelector } from "../../common/words.js";
import { ruleNumber } from "./draft.js";
import { describeImpact } from "../../common/impact.js";
import type { PolicyFormState } from "./use-policy-form.js";

/** What the policy typed so far means, which pods it would concern, and what looks like a mistake. */
export function PolicyMeaning({ form: { draft, spec, preview } }: { form: PolicyFormState }): ReactElement {
  return (
    <div className="policy-form__meaning" aria-live="polite">
      {spec ? (
        <p>
          {describePolicy(spec)} Holds in {describeSelector(spec.namespaceSelector.matchExpressions)}.
        </p>
      ) : (
        <p>What the policy means appears here while you type.</p>
      )}
      <p className="policy-form__impact">{preview && describeImpact(preview)}</p>
      {preview?.warnings.map(({ code, rule, message }) => (
        <p key={`${code} ${rule}`} className="notice notice--warning">
          {rule === undefined ? "" : `Rule ${ruleNumber(draft, rule)}: `}
          {message}
        </p>
      ))}
    </div>
  );
}

import type { ReactElement } from "react";
import type { PolicyView } from "../../common/tmc-api.js";
import { describeViolations } from "../../common/violation-words.js";
import { describePolicy, describeSelector } from "../../common/words.js";
import { TEMPLATES } from "../../common/templates.js";
import { useViolations, violationsOfPolicy } from "../api/use-violations.js";
import { useConsole } from "../console-context.js";
import { ForceBadge } from "../parts/force-badge.js";
import { RelativeTime } from "../parts/relative-time.js";

interface Props {
  label: string;
  policies: PolicyView[];
  /** Where they come from; absent for those of the place itself. */
  origin?: string;
  empty: string;
  /** Absent where the policies are read-only. */
  onEdit?: (policy: PolicyView) => void;
  onDelete?: (policy: PolicyView) => void;
}

/** Policies with what each demands in words, whether it is in force, and what can be done with it. */
export function PolicyTable({ label, policies, origin, empty, onEdit, onDelete }: Props): ReactElement {
  if (policies.length === 0) return <p className="registry__none">{empty}</p>;
  return (
    <div className="table-scroll">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col">What it demands</th>
            {origin !== undefined && <th scope="col">Set on</th>}
            <th scope="col">State</th>
            {onEdit && (
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {policies.map((policy) => (
            <tr key={policy.meta.uid}>
              <th scope="row" className="registry__policy">
                {policy.fullName.name}
                <span className="registry__template">{TEMPLATES[policy.spec.recipe].name}</span>
              </th>
              <td data-label="What it demands">
                {describePolicy(policy.spec)}
                <span className="registry__where">
                  In {describeSelector(policy.spec.namespaceSelector.matchExpressions)}.
                </span>
                <Audit policy={policy} />
              </td>
              {origin !== undefined && <td data-label="Set on">{origin}</td>}
              <State policy={policy} />
              {onEdit && onDelete && (
                <td className="registry__actions">
                  <RowButton
                    name={`Edit ${policy.fullName.name}`}
                    text="Edit"
                    onPress={() => onEdit(policy)}
                  />
                  <RowButton
                    name={`Delete ${policy.fullName.name}`}
                    text="Delete"
                    onPress={() => onDelete(policy)}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the policy means for what runs now; nothing until that is known. */
function Audit({ policy }: { policy: PolicyView }): ReactElement | null {
  const { data: violations } = useViolations();
  if (!violations) return null;
  const own = violationsOfPolicy(violations, policy);
  const text =
    own.length === 0 ? NOTHING[policy.spec.input.audit ? "dryRun" : "enforced"] : describeViolations(own);
  return <span className="registry__where">{text}</span>;
}

function State({ policy }: { policy: PolicyView }): ReactElement {
  const { goTo } = useConsole();
  const { name, workspaceName } = policy.fullName;
  const { exceptions } = policy.status;
  return (
    <td data-label="State">
      <ForceBadge policy={policy} />
      {exceptions > 0 && (
        <span className="registry__scope">
          {exceptions === 1 ? "1 exception" : `${exceptions} exceptions`}
        </span>
      )}
      <span className="registry__scope">
        changed <RelativeTime iso={policy.meta.updateTime} />
      </span>
      <button
        type="button"
        className="console__link"
        aria-label={`History of ${name}`}
        onClick={() => goTo({ page: "history", workspace: workspaceName ?? undefined, policy: name })}
      >
        History
      </button>
    </td>
  );
}

const NOTHING = { dryRun: "Would refuse nothing that runs.", enforced: "Keeps nothing out now." };

function RowButton({
  name,
  text,
  onPress,
}: {
  name: string;
  text: string;
  onPress: () => void;
}): ReactElement {
  return (
    <button type="button" className="button button--small" aria-label={name} onClick={onPress}>
      {text}
    </button>
  );
}

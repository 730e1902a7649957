import type { ReactElement } from "react";
import { type Role, ROLE_MEANINGS, type Subject } from "../../common/roles.js";
import { useConsole } from "../console-context.js";
import { useTask } from "../parts/use-task.js";

/** One role of one user or group. */
export interface Binding {
  role: Role;
  subject: Subject;
}

interface Props {
  label: string;
  bindings: readonly Binding[];
  /** Where they come from; absent for those of the place itself. */
  origin?: string;
  empty: string;
  /** Absent where the roles are read-only. */
  onTake?: (binding: Binding) => Promise<void>;
}

/** Who has which role, what it allows, and the button that takes it. */
export function BindingTable({ label, bindings, origin, empty, onTake }: Props): ReactElement {
  if (bindings.length === 0) return <p className="registry__none">{empty}</p>;
  return (
    <div className="table-scroll">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Role</th>
            <th scope="col">What it allows</th>
            {origin !== undefined && <th scope="col">Given on</th>}
            {onTake && (
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {bindings.map((binding) => (
            <Row
              key={`${binding.role} ${binding.subject.kind} ${binding.subject.name}`}
              binding={binding}
              origin={origin}
              onTake={onTake}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  binding: Binding;
  origin: string | undefined;
  onTake: Props["onTake"];
}

function Row({ binding, origin, onTake }: RowProps): ReactElement {
  const { user } = useConsole().hierarchy;
  const { role, subject } = binding;
  return (
    <tr>
      <th scope="row" className="registry__policy">
        {subject.name}
        <span className="registry__template">
          {subject.kind === "GROUP" ? "group" : subject.name === user ? "user, you" : "user"}
        </span>
      </th>
      <td data-label="Role">
        <code>{role}</code>
      </td>
      <td data-label="What it allows">{ROLE_MEANINGS[role]}</td>
      {origin !== undefined && <td data-label="Given on">{origin}</td>}
      {onTake && <Take binding={binding} onTake={onTake} />}
    </tr>
  );
}

function Take({ binding, onTake }: { binding: Binding; onTake: NonNullable<Props["onTake"]> }): ReactElement {
  const { isBusy, problem, run } = useTask();
  return (
    <td className="registry__actions">
      <button
        type="button"
        className="button button--small"
        aria-label={`Take ${binding.role} from ${binding.subject.name}`}
        disabled={isBusy}
        onClick={() => void run(() => onTake(binding))}
      >
        {isBusy ? "Taking…" : "Take"}
      </button>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </td>
  );
}

import { useId, useState, type ReactElement } from "react";
import { problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";

interface Props {
  namespace: string;
  /** Empty where the namespace is in none. */
  workspace: string;
  onChanged: () => Promise<void>;
}

/** Attaches the namespace to a workspace, moves it to another, or detaches it. */
export function AttachNamespace({ namespace, workspace, onChanged }: Props): ReactElement {
  const { api, hierarchy, refresh } = useConsole();
  const [chosen, setChosen] = useState(workspace);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const cluster =
    hierarchy.namespaces.find(({ fullName }) => fullName.name === namespace)?.fullName.clusterName ?? "";
  async function apply(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      if (chosen === "") await api.detachNamespace(cluster, namespace);
      else await api.attachNamespace({ cluster, namespace, workspace: chosen }, workspace !== "");
      await Promise.all([refresh(), onChanged()]);
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <div className="namespace__attach">
      <div className="field">
        <label className="field__label" htmlFor={id}>
          Workspace
        </label>
        <select
          id={id}
          className="field__input"
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
        >
          <option value="">none: no policy holds</option>
          {hierarchy.workspaces.map(({ fullName: { name } }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <button
        type="button"
        className="button"
        disabled={isBusy || chosen === workspace}
        onClick={() => void apply()}
      >
        {isBusy ? "One moment…" : applyWords(workspace, chosen)}
      </button>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function applyWords(workspace: string, chosen: string): string {
  if (workspace === "") return "Attach";
  return chosen === "" ? "Detach" : "Move";
}

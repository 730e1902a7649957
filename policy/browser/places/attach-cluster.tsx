import { valueProblem } from "../../common/field-problems.js";
import { useId, useState, type ReactElement } from "react";
import { resourceName } from "../../common/manifest.js";
import { useConsole } from "../console-context.js";
import { TextField } from "../parts/text-field.js";
import { useTask } from "../parts/use-task.js";

/** The form that puts a further cluster under the policies of the organization. */
export function AttachCluster({ onAttached }: { onAttached: (name: string) => void }): ReactElement {
  const { api, refresh } = useConsole();
  const [name, setName] = useState("");
  const [kubeconfig, setKubeconfig] = useState("");
  const { isBusy, problem, run, setProblem } = useTask();
  async function attach(): Promise<void> {
    const checked = resourceName.safeParse(name.trim());
    if (!checked.success) {
      setProblem(name.trim() === "" ? "Give it a name." : `The name ${valueProblem(checked.error.issues)}.`);
      return;
    }
    const isDone = await run(async () => {
      await api.attachCluster(checked.data, kubeconfig.trim());
      await refresh();
    });
    if (!isDone) return;
    setName("");
    // It is a key to the cluster: nobody needs it on the screen any more.
    setKubeconfig("");
    onAttached(checked.data);
  }
  return (
    <form
      className="clusters__new"
      aria-label="Attach a cluster"
      onSubmit={(event) => {
        event.preventDefault();
        void attach();
      }}
    >
      <TextField label="Cluster name" value={name} onChange={setName} isMono />
      <Kubeconfig value={kubeconfig} onChange={setKubeconfig} />
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="button" aria-disabled={isBusy}>
        {isBusy ? "Attaching…" : "Attach Cluster"}
      </button>
    </form>
  );
}

interface KubeconfigProps {
  value: string;
  onChange: (value: string) => void;
}

function Kubeconfig({ value, onChange }: KubeconfigProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        Kubeconfig
      </label>
      <textarea
        id={id}
        className="field__input field__input--mono"
        rows={4}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        spellCheck={false}
      />
      <span id={`${id}-hint`} className="field__hint">
        With everything written out in it: kubectl config view --flatten --minify --raw. Empty for a cluster
        that the operator gives by its name.
      </span>
    </div>
  );
}

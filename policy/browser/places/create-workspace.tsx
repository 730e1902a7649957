import { valueProblem } from "../../common/field-problems.js";
import { useState, type ReactElement } from "react";
import { resourceName } from "../../common/manifest.js";
import { useConsole } from "../console-context.js";
import { TextField } from "../parts/text-field.js";
import { useTask } from "../parts/use-task.js";

/** The line that makes a workspace. */
export function CreateWorkspace(): ReactElement {
  const { api, refresh } = useConsole();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const { isBusy, problem, run, setProblem } = useTask();
  async function create(): Promise<void> {
    const checked = resourceName.safeParse(name.trim());
    if (!checked.success) {
      setProblem(name.trim() === "" ? "Give it a name." : `The name ${valueProblem(checked.error.issues)}.`);
      return;
    }
    const isDone = await run(async () => {
      await api.createWorkspace(checked.data, description.trim());
      await refresh();
    });
    if (!isDone) return;
    setName("");
    setDescription("");
  }
  return (
    <form
      className="policy-form__selector workspaces__new"
      aria-label="New workspace"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <TextField label="Workspace name" value={name} onChange={setName} problem={problem} isMono />
      <TextField label="Description" value={description} onChange={setDescription} />
      <button type="submit" className="button" aria-disabled={isBusy}>
        Create Workspace
      </button>
    </form>
  );
}

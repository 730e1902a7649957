import { useState, type ReactElement } from "react";
import { resourceName } from "../../common/manifest.js";
import { problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { TextField } from "../parts/text-field.js";

/** The line that makes a workspace. */
export function CreateWorkspace(): ReactElement {
  const { api, refresh } = useConsole();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [problem, setProblem] = useState<string>();
  async function create(): Promise<void> {
    const checked = resourceName.safeParse(name.trim());
    if (!checked.success) {
      setProblem(`The name ${checked.error.issues[0]?.message}`);
      return;
    }
    try {
      await api.createWorkspace(checked.data, description.trim());
      await refresh();
      setName("");
      setDescription("");
      setProblem(undefined);
    } catch (error) {
      setProblem(problemText(error));
    }
  }
  return (
    <form
      className="policy-form__selector"
      aria-label="New workspace"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <TextField label="Workspace name" value={name} onChange={setName} problem={problem} isMono />
      <TextField label="Description" value={description} onChange={setDescription} />
      <button type="submit" className="button">
        Create Workspace
      </button>
    </form>
  );
}

import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { api } from "../../api/api-client.js";
import { isBusy, resultKey, wasDone } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";

/** For whoever does not find the way: what a person does for the block, or before it, is done as the lab's checks do it. */
export function DoForMe({
  action,
  tasks,
}: {
  action: ActionView;
  tasks: readonly string[];
}): ReactElement | null {
  const { session, store, isReadOnly } = useLab();
  const page = useBlockPage();
  const result = useSession(store, (state) => state.results.get(resultKey(page, action.step)));
  const [state, setState] = useState<"idle" | "busy" | "done">("idle");
  const [problem, setProblem] = useState<string>();
  if (isReadOnly || wasDone(result)) return null;
  const what = tasks.join(", ");
  async function act(): Promise<void> {
    setState("busy");
    setProblem(undefined);
    try {
      await api.doStep(session.id, page, action.step);
      setState("done");
      store.announce(`Done for you: ${what}`);
    } catch (error) {
      setState("idle");
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <div className="do-for-me">
      {state === "done" ? (
        <span className="status" data-tone="success">
          Done for you: {what}
        </span>
      ) : (
        <Button
          className="button button--quiet button--small"
          isPending={state === "busy" || isBusy(result?.state)}
          onPress={() => void act()}
        >
          {state === "busy" ? "Doing it…" : `Do this step for me: ${what}`}
        </Button>
      )}
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { PolicyView } from "../../common/tmc-api.js";
import { describePolicy } from "../../common/words.js";
import { useConsole } from "../console-context.js";
import { describeImpact } from "../../common/impact.js";
import { useTask } from "../parts/use-task.js";

interface Props {
  workspace: string | undefined;
  policy: PolicyView;
  onDone: (news: string) => void;
  onCancel: () => void;
}

/** Asks before a policy is deleted, naming what becomes allowed. */
export function DeletePolicy(props: Props): ReactElement {
  const { name } = props.policy.fullName;
  const impact = useImpact(props);
  const { isBusy, problem, remove } = useRemoval(props);
  return (
    <ModalOverlay
      className="scrim"
      isOpen
      isDismissable={!isBusy}
      onOpenChange={(isOpen) => !isOpen && props.onCancel()}
    >
      <Modal>
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title" className="dialog__title">
            Delete the policy {name}?
          </Heading>
          <p>It says: {describePolicy(props.policy.spec)}</p>
          <p aria-live="polite">{impact}</p>
          {problem && (
            <p className="field__error" role="alert">
              {problem}
            </p>
          )}
          <div className="dialog__actions">
            <button type="button" className="button" onClick={props.onCancel} disabled={isBusy}>
              Cancel
            </button>
            <button
              type="button"
              className="button button--danger"
              onClick={() => void remove()}
              disabled={isBusy}
            >
              {isBusy ? "Deleting…" : "Delete policy"}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useImpact({ workspace, policy: { fullName, spec } }: Props): string {
  const { api } = useConsole();
  const { name } = fullName;
  const { data, error } = useQuery({
    queryKey: [api.base, "removal", workspace ?? null, name, spec],
    queryFn: ({ signal }) =>
      api.preview({ policy: { fullName: { name, workspaceName: workspace }, spec }, remove: true }, signal),
    // What is asked about now may have changed since it was asked about last.
    gcTime: 0,
  });
  return data ? describeImpact(data) : (error?.message ?? "Working out what becomes allowed…");
}

function useRemoval({ workspace, policy, onDone }: Props) {
  const { api, refresh } = useConsole();
  const { isBusy, problem, run } = useTask();
  const { name } = policy.fullName;
  async function remove(): Promise<void> {
    const isDone = await run(async () => {
      await api.deletePolicy({ workspace }, name);
      await refresh();
    });
    if (isDone) onDone(`Policy ${name} is deleted and refuses nothing any more.`);
  }
  return { isBusy, problem, remove };
}

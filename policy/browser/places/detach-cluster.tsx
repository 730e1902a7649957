import type { ReactElement } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { ClusterView, Detachment } from "../../common/cluster-api.js";
import { attachedNamespaces } from "../api/use-hierarchy.js";
import { useConsole } from "../console-context.js";
import { useTask } from "../parts/use-task.js";
import { namedSome } from "./place-names.js";

/** How many namespaces are named. */
const NAMED = 20;

interface Props {
  cluster: ClusterView;
  onDone: (news: string) => void;
  onCancel: () => void;
}

/** Asks before a cluster is taken off, saying what becomes of the policies there. */
export function DetachCluster({ cluster, onDone, onCancel }: Props): ReactElement {
  const { api, hierarchy, refresh } = useConsole();
  const { isBusy, problem, run } = useTask();
  const { name } = cluster.fullName;
  const { state } = cluster.status.sync;
  async function detach(): Promise<void> {
    let told = "";
    const isDone = await run(async () => {
      told = newsOf(name, await api.detachCluster(name));
      await refresh();
    });
    if (isDone) onDone(told);
  }
  const attached = attachedNamespaces(hierarchy, cluster);
  return (
    <ModalOverlay
      className="scrim"
      isOpen
      isDismissable={!isBusy}
      onOpenChange={(isOpen) => !isOpen && onCancel()}
    >
      <Modal>
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title" className="dialog__title">
            Detach the cluster {name}?
          </Heading>
          <p>
            {state === "Unreachable" &&
              "It does not answer, so Lectern can only forget it: the policies it was told last stay in force there until it is attached again."}
            {state === "Detaching" &&
              "It is being detached, and Lectern goes on trying to take the policies out of it. Where that cannot be done, it is forgotten now: the policies it was told last stay in force there."}
            {state !== "Unreachable" && state !== "Detaching" && becomesOf(attached)}
          </p>
          {problem && (
            <p className="field__error" role="alert">
              {problem}
            </p>
          )}
          <div className="dialog__actions">
            <button type="button" className="button" onClick={onCancel} disabled={isBusy}>
              Cancel
            </button>
            <button
              type="button"
              className="button button--danger"
              onClick={() => void detach()}
              disabled={isBusy}
            >
              {isBusy ? "Detaching…" : "Detach cluster"}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** What became of it. */
function newsOf(name: string, { state, message = "" }: Detachment): string {
  return state === "Detached" ? `Cluster ${name} is detached.` : sentence(message);
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** What is said of a cluster that answers. */
function becomesOf(attached: string[]): string {
  if (attached.length === 0) return "No namespace of it is in a workspace. The cluster itself stays.";
  const named = namedSome(attached.slice(0, NAMED), attached.length);
  return `No policy holds in its namespaces any more: ${named}. The cluster itself stays.`;
}

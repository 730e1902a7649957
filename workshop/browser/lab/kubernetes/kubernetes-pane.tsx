import { useDeferredValue, useMemo, useState, type ReactElement } from "react";
import { useLab } from "../lab-context.js";
import { EventList } from "./event-list.js";
import type { ObjectsState } from "./live-objects.js";
import { ObjectDetail } from "./object-detail.js";
import { ObjectRows } from "./object-rows.js";
import { ObjectsStanding } from "./objects-standing.js";
import { objectTree, type TreeNode } from "./object-tree.js";
import { ObjectsToolbar, type Wishes } from "./objects-toolbar.js";
import { useObjects } from "./use-objects.js";
import "./kubernetes.css";
import "./object-detail.css";

/** The objects of the session's namespace as they are, each with its state, its events, its YAML and its logs. */
export function KubernetesPane({ isShown }: { isShown: boolean }): ReactElement {
  const { session, isOver } = useLab();
  const { state, since } = useObjects(isShown);
  const [wishes, setWishes] = useState<Wishes>({ words: "", onlyMarked: false, list: "objects" });
  const [chosen, setChosen] = useState<string>();
  const namespaces = useMemo(
    () => [...new Set([...state.rows.values()].map((row) => row.namespace))].toSorted(),
    [state.rows],
  );
  const open = (uid: string): void => {
    if (state.rows.has(uid) || state.gone.has(uid)) setChosen(uid);
  };
  return (
    <div className="kube" data-detail={chosen !== undefined}>
      <ObjectsToolbar
        wishes={wishes}
        onWish={setWishes}
        namespaces={namespaces}
        own={session.namespace}
        hasSteps={since !== undefined}
        warnings={[...state.events.values()].filter(({ isWarning }) => isWarning).length}
      />
      <div className="kube__main">
        <ObjectsStanding state={state} isOver={isOver} />
        {wishes.list === "events" ? (
          <EventList
            events={[...state.events.values()].filter((event) => isIn(wishes, event.namespace))}
            onOpen={open}
            isThere={(uid) => state.rows.has(uid)}
          />
        ) : (
          <Objects
            state={state}
            since={since}
            wishes={wishes}
            hasNamespaces={namespaces.length > 1 && wishes.namespace === undefined}
            chosen={chosen}
            onChoose={open}
          />
        )}
      </div>
      {chosen !== undefined && (
        <Chosen state={state} chosen={chosen} onOpen={open} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

function isIn({ namespace }: Wishes, place: string): boolean {
  return namespace === undefined || namespace === place;
}

interface ObjectsProps {
  state: ObjectsState;
  since: number | undefined;
  wishes: Wishes;
  hasNamespaces: boolean;
  chosen: string | undefined;
  onChoose: (uid: string) => void;
}

function Objects({ state, since, wishes, hasNamespaces, chosen, onChoose }: ObjectsProps): ReactElement {
  const { isNarrow } = useLab();
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const { rows, gone, standing } = useDeferredValue(state);
  const nodes = useMemo(
    () => objectTree(rows.values(), gone.values(), { ...wishes, since }),
    [rows, gone, wishes, since],
  );
  const emptiness = standing?.isComplete === true ? emptyWords(nodes, wishes) : undefined;
  return (
    <>
      {emptiness !== undefined && <p className="kube-empty">{emptiness}</p>}
      {nodes.length > 0 && (
        <ObjectRows
          nodes={nodes}
          toggled={toggled}
          onToggle={setToggled}
          chosen={chosen}
          onChoose={onChoose}
          hasNamespaces={hasNamespaces}
          isNarrow={isNarrow}
        />
      )}
    </>
  );
}

function emptyWords(nodes: readonly TreeNode[], { words, onlyMarked }: Wishes): string | undefined {
  if (words !== "") return nodes.length === 0 ? `Nothing here is called "${words}".` : undefined;
  if (onlyMarked) return nodes.length === 0 ? "Nothing has changed since the last step." : undefined;
  if (nodes.some(({ id }) => id === "workloads")) return undefined;
  return "No workloads yet. A Deployment or a Pod that you make in the terminal appears here at once.";
}

interface ChosenProps {
  state: ObjectsState;
  chosen: string;
  onOpen: (uid: string) => void;
  onClose: () => void;
}

/** What was chosen, also once it is gone. */
function Chosen({ state, chosen, onOpen, onClose }: ChosenProps): ReactElement | null {
  const { rows, gone, events } = state;
  const there = rows.get(chosen);
  const [last, setLast] = useState(there);
  const row = there ?? gone.get(chosen) ?? last;
  if (there !== undefined && there !== last) setLast(there);
  if (row?.uid !== chosen) return null;
  return (
    <ObjectDetail
      row={row}
      isGone={there === undefined}
      owner={row.owner === undefined ? undefined : rows.get(row.owner)}
      events={[...events.values()].filter(({ about }) => about.uid === chosen)}
      onOpen={onOpen}
      onClose={onClose}
    />
  );
}

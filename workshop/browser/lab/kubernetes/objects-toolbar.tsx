import type { ReactElement } from "react";

/** What is to be shown. */
export interface Wishes {
  list: "objects" | "events";
  words: string;
  onlyMarked: boolean;
  /** All where absent. */
  namespace?: string | undefined;
}

interface Props {
  wishes: Wishes;
  onWish: (wishes: Wishes) => void;
  /** Those that have objects. */
  namespaces: readonly string[];
  /** The session's. */
  own: string;
  /** Whether a step has been run, so that something can have changed since. */
  hasSteps: boolean;
  warnings: number;
}

const LISTS = ["objects", "events"] as const;

/** What chooses among objects and events. */
export function ObjectsToolbar({ wishes, onWish, namespaces, own, hasSteps, warnings }: Props): ReactElement {
  const words = {
    objects: "Objects",
    events:
      warnings === 0 ? "Events" : `Events, ${String(warnings)} ${warnings === 1 ? "warning" : "warnings"}`,
  };
  return (
    <div className="kube-bar">
      <div className="kube-bar__lists" role="group" aria-label="What is listed">
        {LISTS.map((list) => (
          <button
            key={list}
            type="button"
            className="kube-bar__list"
            aria-pressed={wishes.list === list}
            onClick={() => onWish({ ...wishes, list })}
          >
            {words[list]}
          </button>
        ))}
      </div>
      {wishes.list === "objects" && <Filters wishes={wishes} onWish={onWish} hasSteps={hasSteps} />}
      <Namespaces wishes={wishes} onWish={onWish} namespaces={namespaces} own={own} />
    </div>
  );
}

function Filters({ wishes, onWish, hasSteps }: Pick<Props, "wishes" | "onWish" | "hasSteps">): ReactElement {
  return (
    <>
      <input
        type="search"
        className="field__input kube-bar__search"
        aria-label="Find an object by name, kind or state"
        placeholder="Name, kind or state"
        value={wishes.words}
        onChange={({ target }) => onWish({ ...wishes, words: target.value })}
      />
      {hasSteps && (
        <label className="kube-check">
          <input
            type="checkbox"
            checked={wishes.onlyMarked}
            onChange={({ target }) => onWish({ ...wishes, onlyMarked: target.checked })}
          />
          Since the last step
        </label>
      )}
    </>
  );
}

function Namespaces({
  wishes,
  onWish,
  namespaces,
  own,
}: Pick<Props, "wishes" | "onWish" | "namespaces" | "own">): ReactElement {
  if (!namespaces.some((name) => name !== own))
    return (
      <span className="kube-bar__namespace">
        Namespace <code>{own}</code>
      </span>
    );
  return (
    <label className="kube-check">
      Namespace
      <select
        className="field__input"
        value={wishes.namespace ?? ""}
        onChange={({ target }) =>
          onWish({ ...wishes, namespace: target.value === "" ? undefined : target.value })
        }
      >
        <option value="">all</option>
        {namespaces.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

import { useEffect, useRef, type ReactElement } from "react";
import { compareRevisions, valueText } from "../../common/history-api.js";
import type { PolicySpec } from "../../common/manifest.js";
import type { PolicyView } from "../../common/tmc-api.js";

interface Props {
  /** The policy as somebody else saved it while it was edited here. */
  theirs: PolicyView;
  /** What is typed, where it has a meaning. */
  yours: PolicySpec | undefined;
  isSaving: boolean;
  onOverwrite: () => void;
  onTake: () => void;
}

/** Shows both versions of a policy that two people changed at once, and lets the second decide. It takes the focus when it appears. */
export function EditConflict({ theirs, yours, isSaving, onOverwrite, onTake }: Props): ReactElement {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.focus(), []);
  return (
    <section ref={element} tabIndex={-1} className="notice notice--warning" aria-label="Changed meanwhile">
      <p role="alert">
        Somebody else changed this policy since you opened it. Nothing of yours was saved, and nothing is
        lost: what you typed is still here.
      </p>
      {yours && <Differences theirs={theirs.spec} yours={yours} />}
      <div className="policy-form__buttons">
        <button type="button" className="button" onClick={onTake} disabled={isSaving}>
          Drop Mine, Take Theirs
        </button>
        <button type="button" className="button" onClick={onOverwrite} aria-disabled={isSaving}>
          Save Mine over Theirs
        </button>
      </div>
    </section>
  );
}

function Differences({ theirs, yours }: { theirs: PolicySpec; yours: PolicySpec }): ReactElement {
  const fields = compareRevisions(theirs, yours);
  if (fields.length === 0) return <p>Both versions say the same.</p>;
  return (
    <ul className="policy-form__versions">
      {fields.map(({ path, before, after }) => (
        <li key={path}>
          <strong>{path}</strong>
          <span>Theirs, saved: {valueText(before)}</span>
          <span>Yours, not saved: {valueText(after)}</span>
        </li>
      ))}
    </ul>
  );
}

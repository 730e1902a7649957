import { useRef, useState, type ReactElement } from "react";
import { TextField } from "../parts/text-field.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import { emptySelector, filledSelectors, type SelectorDraft } from "./draft.js";
import type { FormProblems } from "./form-problems.js";
import type { PolicyFormState } from "./use-policy-form.js";

/** The two lists of label selectors: namespaces the policy holds in only, and namespaces it leaves out. */
export function SelectorFields({
  form: { draft, change, problems },
}: {
  form: PolicyFormState;
}): ReactElement {
  const [isUnfolded, setIsUnfolded] = useState(() => filledSelectors(draft).length > 0);
  const hasProblem = filledSelectors(draft).some(
    (selector) => problems.ofSelector(selector, "key") ?? problems.ofSelector(selector, "values"),
  );
  return (
    <details
      className="policy-form__selectors"
      open={isUnfolded || hasProblem}
      onToggle={(event) => setIsUnfolded(event.currentTarget.open)}
    >
      <summary>Label Selectors (optional): choose namespaces by their labels</summary>
      <SelectorList
        legend="Include only specific namespaces"
        selectors={draft.include}
        problems={problems}
        onChange={(include) => change({ include })}
      />
      <SelectorList
        legend="Exclude specific namespaces"
        selectors={draft.exclude}
        problems={problems}
        onChange={(exclude) => change({ exclude })}
      />
    </details>
  );
}

interface ListProps {
  legend: string;
  selectors: SelectorDraft[];
  problems: FormProblems;
  onChange: (selectors: SelectorDraft[]) => void;
}

function SelectorList({ legend, selectors, problems, onChange }: ListProps): ReactElement {
  const list = useRef<HTMLFieldSetElement>(null);
  const focusNext = useFocusNext();
  const set = (selector: SelectorDraft) =>
    onChange(selectors.map((other) => (other.id === selector.id ? selector : other)));
  function remove(selector: SelectorDraft): void {
    onChange(selectors.filter(({ id }) => id !== selector.id));
    focusNext(() => list.current?.querySelector<HTMLElement>(":scope > button"));
  }
  function add(): void {
    onChange([...selectors, emptySelector()]);
    focusNext(() => list.current?.querySelector<HTMLElement>(".policy-form__selector:last-of-type input"));
  }
  return (
    <fieldset ref={list} className="policy-form__group">
      <legend>{legend}</legend>
      {selectors.map((selector) => (
        <Selector
          key={selector.id}
          selector={selector}
          problems={problems}
          onChange={set}
          onRemove={() => remove(selector)}
        />
      ))}
      <button
        type="button"
        className="button button--small policy-form__add"
        aria-label={`Add Label Selector: ${legend}`}
        onClick={add}
      >
        Add Label Selector
      </button>
    </fieldset>
  );
}

interface SelectorProps {
  selector: SelectorDraft;
  problems: FormProblems;
  onChange: (selector: SelectorDraft) => void;
  onRemove: () => void;
}

function Selector({ selector, problems, onChange, onRemove }: SelectorProps): ReactElement {
  return (
    <div className="policy-form__selector">
      <TextField
        label="Label key"
        value={selector.key}
        onChange={(key) => onChange({ ...selector, key })}
        problem={problems.ofSelector(selector, "key")}
        isMono
      />
      <TextField
        label="Values"
        value={selector.values}
        onChange={(values) => onChange({ ...selector, values })}
        placeholder="any, or: prod, stage"
        problem={problems.ofSelector(selector, "values")}
        isMono
      />
      <button
        type="button"
        className="button"
        aria-label={`Remove the label selector ${selector.key || "without a key"}`}
        onClick={onRemove}
      >
        Remove
      </button>
    </div>
  );
}

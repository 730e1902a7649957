import type { ReactElement } from "react";
import { TextField } from "../parts/text-field.js";
import { emptySelector, type SelectorDraft } from "./draft.js";
import type { PolicyFormState } from "./use-policy-form.js";

/** The two lists of label selectors: namespaces the policy holds in only, and namespaces it leaves out. */
export function SelectorFields({ form: { draft, change } }: { form: PolicyFormState }): ReactElement {
  return (
    <details className="policy-form__selectors" open={draft.include.length + draft.exclude.length > 0}>
      <summary>Label selectors (optional): choose namespaces by their labels</summary>
      <SelectorList
        legend="Include only specific namespaces"
        selectors={draft.include}
        onChange={(include) => change({ include })}
      />
      <SelectorList
        legend="Exclude specific namespaces"
        selectors={draft.exclude}
        onChange={(exclude) => change({ exclude })}
      />
    </details>
  );
}

interface ListProps {
  legend: string;
  selectors: SelectorDraft[];
  onChange: (selectors: SelectorDraft[]) => void;
}

function SelectorList({ legend, selectors, onChange }: ListProps): ReactElement {
  const set = (selector: SelectorDraft) =>
    onChange(selectors.map((other) => (other.id === selector.id ? selector : other)));
  return (
    <fieldset className="policy-form__group">
      <legend>{legend}</legend>
      {selectors.map((selector) => (
        <div key={selector.id} className="policy-form__selector">
          <TextField
            label="Label key"
            value={selector.key}
            onChange={(key) => set({ ...selector, key })}
            isMono
          />
          <TextField
            label="Values"
            value={selector.values}
            onChange={(values) => set({ ...selector, values })}
            placeholder="whatever the value, or prod, stage"
            isMono
          />
          <button
            type="button"
            className="button button--quiet"
            aria-label={`Remove the label selector ${selector.key || "without a key"}`}
            onClick={() => onChange(selectors.filter(({ id }) => id !== selector.id))}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button button--small policy-form__add"
        aria-label={`Add Label Selector: ${legend}`}
        onClick={() => onChange([...selectors, emptySelector()])}
      >
        Add Label Selector
      </button>
    </fieldset>
  );
}

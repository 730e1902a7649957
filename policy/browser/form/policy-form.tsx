import { useId, type ReactElement } from "react";
import type { Recipe } from "../../common/manifest.js";
import type { PolicyView } from "../../common/tmc-api.js";
import { TextField } from "../parts/text-field.js";
import { PolicyMeaning } from "./policy-meaning.js";
import { RuleFields } from "./rule-fields.js";
import { SelectorFields } from "./selector-fields.js";
import { RECIPES, TEMPLATES } from "./templates.js";
import { usePolicyForm, type PolicyFormState } from "./use-policy-form.js";
import "./policy-form.css";

interface Props {
  workspace: string | undefined;
  /** The policy to change; absent to create one. */
  existing?: PolicyView;
  onDone: (news: string) => void;
  onCancel: () => void;
}

/** Creates or changes an image registry policy, in the page. */
export function PolicyForm({ workspace, existing, onDone, onCancel }: Props): ReactElement {
  const form = usePolicyForm({ workspace, existing, onDone });
  const titleId = useId();
  const action = existing ? "Save Policy" : "Create Policy";
  return (
    <form
      className="policy-form card"
      aria-labelledby={titleId}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!form.isSaving) void form.save();
      }}
    >
      <h3 id={titleId}>{existing ? `Edit ${existing.fullName.name}` : "New image registry policy"}</h3>
      <Identity form={form} isNew={existing === undefined} />
      {TEMPLATES[form.draft.recipe].takesRules && <RuleFields form={form} />}
      <SelectorFields form={form} />
      <Enforcement form={form} />
      <PolicyMeaning form={form} />
      <Problems form={form} />
      <div className="policy-form__buttons">
        <button type="button" className="button" onClick={onCancel} disabled={form.isSaving}>
          Cancel
        </button>
        <button type="submit" className="button button--primary" aria-disabled={form.isSaving}>
          {form.isSaving ? "Putting it in force…" : action}
        </button>
      </div>
    </form>
  );
}

function Identity({
  form: { draft, change, problems },
  isNew,
}: {
  form: PolicyFormState;
  isNew: boolean;
}): ReactElement {
  const id = useId();
  return (
    <div className="policy-form__pair">
      <div className="field">
        <label className="field__label" htmlFor={id}>
          Image registry template
        </label>
        <select
          id={id}
          className="field__input"
          value={draft.recipe}
          aria-describedby={`${id}-hint`}
          onChange={(event) => change({ recipe: event.target.value as Recipe })}
        >
          {RECIPES.map((recipe) => (
            <option key={recipe} value={recipe}>
              {TEMPLATES[recipe].name}
            </option>
          ))}
        </select>
        <span id={`${id}-hint`} className="field__hint">
          {TEMPLATES[draft.recipe].hint}
        </span>
      </div>
      <TextField
        label="Policy name"
        value={draft.name}
        onChange={(name) => change({ name })}
        isReadOnly={!isNew}
        isRequired
        hint={
          isNew
            ? "Lowercase letters, digits and hyphens; begins and ends with a letter or digit."
            : "A policy keeps its name."
        }
        problem={problems.find(({ path }) => path === "fullName.name")?.message}
      />
    </div>
  );
}

function Enforcement({ form: { draft, change } }: { form: PolicyFormState }): ReactElement {
  return (
    <fieldset className="policy-form__group">
      <legend>Action</legend>
      <label className="policy-form__choice">
        <input type="radio" name="action" checked={!draft.audit} onChange={() => change({ audit: false })} />
        <span>
          <strong>Deny</strong>: pods that violate the policy are refused.
        </span>
      </label>
      <label className="policy-form__choice">
        <input type="radio" name="action" checked={draft.audit} onChange={() => change({ audit: true })} />
        <span>
          <strong>Dry run</strong>: violations are reported as warnings, nothing is refused.
        </span>
      </label>
    </fieldset>
  );
}

function Problems({ form: { problems, refusal, preview } }: { form: PolicyFormState }): ReactElement | null {
  const texts = [...new Set([...(refusal ? [refusal] : []), ...(preview?.problem ? [preview.problem] : [])])];
  if (texts.length === 0 && problems.length === 0) return null;
  return (
    <div className="notice notice--danger" role="alert">
      <ul className="policy-form__problems">
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {problems.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            {placeOf(path)}: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function placeOf(path: string): string {
  const rule = /rules\.(\d+)(?:\.(\w+))?/.exec(path);
  if (rule) return `Rule ${Number(rule[1]) + 1}${rule[2] ? `, ${RULE_FIELDS[rule[2]] ?? rule[2]}` : ""}`;
  if (path === "fullName.name") return "Policy name";
  return path.startsWith("spec.namespaceSelector") ? "Label selectors" : "Policy";
}

const RULE_FIELDS: Record<string, string> = {
  hostname: "Hostname",
  port: "Port",
  imageName: "Image name",
  tag: "Tag",
};

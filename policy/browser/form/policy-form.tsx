import { useEffect, useId, useRef, type ReactElement } from "react";
import type { PolicyView } from "../../common/tmc-api.js";
import { SelectField } from "../parts/select-field.js";
import { TextField } from "../parts/text-field.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import type { KeptForm } from "./kept-forms.js";
import { EditConflict } from "./edit-conflict.js";
import { PolicyMeaning } from "./policy-meaning.js";
import { RuleFields } from "./rule-fields.js";
import { SelectorFields } from "./selector-fields.js";
import { RECIPES, TEMPLATES } from "../../common/templates.js";
import { SignerFields } from "./signer-fields.js";
import { usePolicyForm, type PolicyFormState } from "./use-policy-form.js";
import "./policy-form.css";

interface Props {
  workspace: string | undefined;
  /** The policy to change; absent to create one. */
  existing?: PolicyView;
  /** What had been typed before and is neither saved nor given up. */
  kept?: KeptForm | undefined;
  /** False where nobody has just opened it, since then the reader is somewhere else. */
  takesFocus?: boolean;
  onDone: (news: string) => void;
  onCancel: () => void;
}

/** Creates or changes an image registry policy, in the page. It takes the focus when it opens; Escape gives it up. */
export function PolicyForm(props: Props): ReactElement {
  const { workspace, existing, kept, takesFocus = true, onDone, onCancel } = props;
  const form = usePolicyForm({ workspace, existing, onDone }, kept);
  const element = useRef<HTMLFormElement>(null);
  const focusNext = useFocusNext();
  const titleId = useId();
  const isFocused = useRef(takesFocus);
  useEffect(() => {
    if (isFocused.current) element.current?.querySelector("select")?.focus();
  }, []);
  async function save(saving: () => Promise<boolean>): Promise<void> {
    const isSaved = await saving();
    if (!isSaved) focusNext(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]"));
  }
  return (
    <form
      ref={element}
      className="policy-form card"
      aria-labelledby={titleId}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!form.isSaving) void save(form.save);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented && !form.isSaving) onCancel();
      }}
    >
      <h3 id={titleId}>{existing ? `Edit ${existing.fullName.name}` : "New image registry policy"}</h3>
      {kept && <Kept form={kept} />}
      <Identity form={form} isNew={existing === undefined} />
      {TEMPLATES[form.draft.recipe].takesRules && <RuleFields form={form} />}
      <SelectorFields form={form} />
      {form.draft.recipe === "require-signature" ? <SignerFields form={form} /> : <Registries form={form} />}
      <Enforcement form={form} />
      <PolicyMeaning form={form} />
      <Problems form={form} />
      {form.theirs && (
        <EditConflict
          key={form.theirs.meta.resourceVersion}
          theirs={form.theirs}
          yours={form.spec}
          isSaving={form.isSaving}
          onOverwrite={() => {
            if (!form.isSaving) void save(form.overwrite);
          }}
          onTake={() => {
            form.takeTheirs();
            focusNext(() => element.current?.querySelector("select"));
          }}
        />
      )}
      <Buttons form={form} action={existing ? "Save Policy" : "Create Policy"} onCancel={onCancel} />
    </form>
  );
}

function Kept({ form: { isOfDeleted } }: { form: KeptForm }): ReactElement {
  return (
    <p className="notice">
      {isOfDeleted && "The policy you were changing was deleted meanwhile; saving creates it anew. "}
      What you had typed here is still here. Cancel drops it.
    </p>
  );
}

function Buttons({
  form: { isSaving },
  action,
  onCancel,
}: {
  form: PolicyFormState;
  action: string;
  onCancel: () => void;
}): ReactElement {
  return (
    <div className="policy-form__buttons">
      <button type="button" className="button" onClick={onCancel} disabled={isSaving}>
        Cancel
      </button>
      <button type="submit" className="button button--primary" aria-disabled={isSaving}>
        {isSaving ? "Putting it in force…" : action}
      </button>
    </div>
  );
}

function Identity({
  form: { draft, change, problems },
  isNew,
}: {
  form: PolicyFormState;
  isNew: boolean;
}): ReactElement {
  return (
    <div className="policy-form__pair">
      <SelectField
        label="Image Registry Template"
        value={draft.recipe}
        onChange={(recipe) => change({ recipe })}
        options={RECIPES.map((recipe) => [recipe, TEMPLATES[recipe].name])}
        hint={TEMPLATES[draft.recipe].hint}
      />
      <TextField
        label="Policy Name"
        value={draft.name}
        onChange={(name) => change({ name })}
        isReadOnly={!isNew}
        isRequired
        hint={
          isNew
            ? "Lowercase letters, digits and hyphens; begins and ends with a letter or digit."
            : "A policy keeps its name."
        }
        problem={problems.name}
      />
    </div>
  );
}

function Registries({ form: { draft, change } }: { form: PolicyFormState }): ReactElement {
  return (
    <fieldset className="policy-form__group">
      <legend>Registries</legend>
      <label className="policy-form__choice">
        <input
          type="checkbox"
          checked={draft.verify}
          onChange={({ target }) => change({ verify: target.checked })}
        />
        <span>
          <strong>Ask what tags mean</strong>: refusals name the digest to write, and tags that were moved are
          told.
        </span>
      </label>
    </fieldset>
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

/** What is wrong with no field in particular; the rest stands at its field. */
function Problems({ form: { problems, preview } }: { form: PolicyFormState }): ReactElement | null {
  const texts = [...new Set([...problems.elsewhere, ...(preview?.problem ? [preview.problem] : [])])];
  if (texts.length === 0) return null;
  return (
    <div className="notice notice--danger" role="alert">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

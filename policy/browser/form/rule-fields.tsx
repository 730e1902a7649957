import { useRef, type ReactElement } from "react";
import { MAX_RULES, type Effect } from "../../common/manifest.js";
import { TextField } from "../parts/text-field.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import { emptyRule, type RuleDraft } from "./draft.js";
import type { PolicyFormState } from "./use-policy-form.js";

const EFFECTS: { effect: Effect; name: string; meaning: string }[] = [
  { effect: "block", name: "Block", meaning: "an image that fits any rule is refused, all others may run." },
  { effect: "allow", name: "Allow", meaning: "an image that fits any rule may run, all others are refused." },
];

/** The Rule pane: what the rules do, and the rules, each counting as soon as it is typed. */
export function RuleFields({ form }: { form: PolicyFormState }): ReactElement {
  const { draft, change } = form;
  const list = useRef<HTMLDivElement>(null);
  const focusNext = useFocusNext();
  const setRule = (rule: RuleDraft) =>
    change({ rules: draft.rules.map((other) => (other.id === rule.id ? rule : other)) });
  function remove(rule: RuleDraft): void {
    change({ rules: draft.rules.filter(({ id }) => id !== rule.id) });
    focusNext(() => list.current?.querySelector<HTMLElement>(":scope > button"));
  }
  function add(): void {
    change({ rules: [...draft.rules, emptyRule()] });
    focusNext(() => list.current?.querySelector<HTMLElement>(":scope > fieldset:last-of-type input"));
  }
  return (
    <>
      {draft.recipe === "custom" && <EffectChoice form={form} />}
      <div ref={list} className="policy-form__list">
        {draft.rules.map((rule, index) => (
          <fieldset key={rule.id} className="policy-form__group">
            <legend>{draft.rules.length === 1 ? "Rule" : `Rule ${index + 1}`}</legend>
            <Rule rule={rule} form={form} setRule={setRule} />
            {draft.rules.length > 1 && (
              <button type="button" className="button button--small" onClick={() => remove(rule)}>
                Remove rule {index + 1}
              </button>
            )}
          </fieldset>
        ))}
        <button
          type="button"
          className="button policy-form__add"
          disabled={draft.rules.length >= MAX_RULES}
          onClick={add}
        >
          Add Another Rule
        </button>
      </div>
    </>
  );
}

function EffectChoice({ form: { draft, change } }: { form: PolicyFormState }): ReactElement {
  return (
    <fieldset className="policy-form__group">
      <legend>Effect</legend>
      {EFFECTS.map(({ effect, name, meaning }) => (
        <label key={effect} className="policy-form__choice">
          <input
            type="radio"
            name="effect"
            checked={draft.effect === effect}
            onChange={() => change({ effect })}
          />
          <span>
            <strong>{name}</strong>: {meaning}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const TEXT_FIELDS = [
  { field: "hostname", label: "Hostname", placeholder: "any, such as *.example.com", customOnly: true },
  { field: "port", label: "Port", placeholder: "any", customOnly: true },
  { field: "imageName", label: "Image Name", placeholder: "any, such as library/*", customOnly: false },
  { field: "tag", label: "Tag", placeholder: "any, such as v1.*", customOnly: false },
] as const;

const CHECKS = [
  { field: "tagNegated", label: "Any tag but this one", customOnly: false },
  { field: "requireDigest", label: "Image has a digest", customOnly: true },
] as const;

interface RuleProps {
  rule: RuleDraft;
  form: PolicyFormState;
  setRule: (rule: RuleDraft) => void;
}

function Rule({ rule, form, setRule }: RuleProps): ReactElement {
  const isShown = ({ customOnly }: { customOnly: boolean }) => form.draft.recipe === "custom" || !customOnly;
  const problem = form.problems.ofRule(rule);
  return (
    <>
      <div className="policy-form__rule">
        {TEXT_FIELDS.filter(isShown).map(({ field, label, placeholder }) => (
          <TextField
            key={field}
            label={label}
            value={rule[field]}
            onChange={(value) => setRule({ ...rule, [field]: value })}
            placeholder={placeholder}
            problem={form.problems.ofRule(rule, field)}
            isMono
          />
        ))}
      </div>
      <div className="policy-form__checks">
        {CHECKS.filter(isShown).map(({ field, label }) => (
          <label key={field} className="policy-form__choice">
            <input
              type="checkbox"
              checked={rule[field]}
              onChange={(event) => setRule({ ...rule, [field]: event.target.checked })}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

import { type ReactElement, type SubmitEvent, useId, useState } from "react";
import { Button } from "react-aria-components";
import type { ActionView, InputField, InputForm } from "../../../common/page-view.js";
import { MAX_ANSWER_CHARACTERS } from "../../../common/quiz-limits.js";
import { type InputValues, inputProblem } from "../../../common/test-inputs.js";
import { Icon } from "../../parts/icon.js";
import { isBusy, resultKey, wasDone } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";
import { Checks } from "./checks.js";
import { Refusal } from "./refusal.js";
import { checksBeside } from "./refusal-text.js";
import { StepHint } from "./step-hint.js";
import { StepStatus } from "./step-status.js";

/** A test that asks for something before it runs: its form, and what came of what was entered. */
export function InputBlock({ action, inputs }: { action: ActionView; inputs: InputForm }): ReactElement {
  const { store, run, isReadOnly } = useLab();
  const page = useBlockPage();
  const key = resultKey(page, action.step);
  const result = useSession(store, (state) => state.results.get(key));
  const refusal = useSession(store, (state) => state.refusals.get(key));
  const [problem, setProblem] = useState<string>();
  const title = useId();
  const isFinal = action.flow?.isOnce === true && wasDone(result) && !isBusy(result?.state);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const values = valuesIn(new FormData(event.currentTarget), inputs);
    const why = inputProblem(inputs, values);
    setProblem(why);
    if (why === undefined && !isReadOnly && !isFinal && !isBusy(result?.state))
      void run(page, action, { inputs: values });
  };
  return (
    <form
      className="block quiz"
      data-state={result?.state ?? "idle"}
      aria-labelledby={title}
      onSubmit={submit}
      noValidate
    >
      <fieldset className="quiz__fields" disabled={isReadOnly}>
        <legend className="quiz__question" id={title}>
          {action.title}
        </legend>
        {action.description !== undefined && <p className="quiz__note">{action.description}</p>}
        {inputs.fields.map((field) => (
          <Field key={field.name} field={field} />
        ))}
      </fieldset>
      <div className="block__foot">
        {!isFinal && (
          <Button className="button button--small button--primary" type="submit" isDisabled={isReadOnly}>
            {inputs.submit}
          </Button>
        )}
        <StepStatus result={result} step={action.step} isStoppable={false} />
      </div>
      {(problem ?? refusal) !== undefined && (
        <p className="block__refusal" role="alert">
          <Icon name="warning" /> {problem === undefined ? refusal : `${problem}.`}
        </p>
      )}
      <StepHint result={result} />
      <Refusal result={result} />
      <Checks expected={action.checks} results={checksBeside(result)} isBusy={isBusy(result?.state)} />
    </form>
  );
}

function valuesIn(data: FormData, { fields }: InputForm): InputValues {
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const given = data.getAll(name).map(String);
      if (type === "yes") return [name, given.length > 0 ? "true" : "false"];
      return [name, type === "many" ? given : (given[0] ?? "")];
    }),
  );
}

function Field({ field }: { field: InputField }): ReactElement {
  if (field.type === "one" || field.type === "many") return <Options field={field} type={field.type} />;
  if (field.type === "yes")
    return (
      <label className="quiz__option">
        <input type="checkbox" name={field.name} value="true" defaultChecked={field.given[0] === "true"} />
        <span>
          {field.label} <Note field={field} />
        </span>
      </label>
    );
  return (
    <label className="field">
      <span className="field__label">{labelOf(field)}</span>
      <TextInput field={field} type={field.type} />
      <Note field={field} />
    </label>
  );
}

function TextInput({
  field: { name, given, isRequired },
  type,
}: {
  field: InputField;
  type: "text" | "textarea" | "password" | "number";
}): ReactElement {
  const common = {
    name,
    className: "field__input quiz__text",
    defaultValue: given[0] ?? "",
    required: isRequired,
    maxLength: MAX_ANSWER_CHARACTERS,
  };
  if (type === "textarea") return <textarea {...common} rows={4} spellCheck={false} />;
  return (
    <input
      {...common}
      type={type === "password" ? "password" : "text"}
      {...(type === "number" && { inputMode: "decimal" as const })}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

function Options({ field, type }: { field: InputField; type: "one" | "many" }): ReactElement {
  const { name, options, given } = field;
  return (
    <fieldset className="quiz__fields quiz__fields--inner">
      <legend className="field__label">{field.label}</legend>
      <Note field={field} />
      {options.map(({ value, label }) => (
        <label key={value} className="quiz__option">
          <input
            type={type === "one" ? "radio" : "checkbox"}
            name={name}
            value={value}
            defaultChecked={given.includes(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Note({ field: { note } }: { field: InputField }): ReactElement | null {
  return note === undefined ? null : <span className="field__hint">{note}</span>;
}

function labelOf({ label, isRequired }: InputField): string {
  return isRequired ? label : `${label} (may stay empty)`;
}

import { useId, type ReactElement } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  problem?: string | undefined;
  placeholder?: string | undefined;
  isRequired?: boolean | undefined;
  isReadOnly?: boolean | undefined;
  isMono?: boolean | undefined;
  /** The id of a `datalist` of what may be meant. */
  list?: string | undefined;
}

/** A labelled line of text with its hint, and the problem in the hint's place where there is one. */
export function TextField({ label, value, onChange, hint, problem, isMono, ...rest }: Props): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={`field__input${isMono ? " field__input--mono" : ""}`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={rest.placeholder}
        list={rest.list}
        required={rest.isRequired}
        readOnly={rest.isReadOnly}
        aria-invalid={problem !== undefined}
        aria-describedby={problem || hint ? `${id}-hint` : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      {(problem ?? hint) && (
        <span id={`${id}-hint`} className={problem ? "field__error" : "field__hint"}>
          {problem ?? hint}
        </span>
      )}
    </div>
  );
}

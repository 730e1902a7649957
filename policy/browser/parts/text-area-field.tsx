import { useId, type ReactElement } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  rows: number;
  hint: string;
  problem: string | undefined;
  placeholder: string;
}

/** Labelled lines of text that programs read, with their hint, and the problem in the hint's place where there is one. */
export function TextAreaField({
  label,
  value,
  onChange,
  rows,
  hint,
  problem,
  placeholder,
}: Props): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className="field__input field__input--mono"
        rows={rows}
        spellCheck={false}
        placeholder={placeholder}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-hint`}
      />
      <span id={`${id}-hint`} className={problem ? "field__error" : "field__hint"}>
        {problem ?? hint}
      </span>
    </div>
  );
}

import { useId, type ReactElement } from "react";

/** No name is longer, and the server looks for nothing longer than a name with a star at each end. */
const LONGEST = 251;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Narrows a list down to what has the text in its name; Escape empties it. */
export function SearchField({ label, value, onChange }: Props): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type="search"
        className="field__input"
        value={value}
        maxLength={LONGEST}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onChange("");
        }}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  );
}

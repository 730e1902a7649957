import { useDeferredValue, useId, type ReactElement } from "react";
import { useNamespaces } from "../api/use-namespaces.js";
import { TextField } from "../parts/text-field.js";

/** How many names are suggested. */
const SUGGESTED = 20;

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** The name of a namespace, with those that are there suggested. */
export function NamespaceField({ value, onChange }: Props): ReactElement {
  const list = useId();
  const { data } = useNamespaces({ search: useDeferredValue(value.trim()), size: SUGGESTED });
  const names = new Set(data?.namespaces.map(({ fullName }) => fullName.name));
  return (
    <>
      <TextField
        label="Namespace"
        value={value}
        onChange={onChange}
        hint="Empty for all namespaces."
        list={list}
        isMono
      />
      <datalist id={list}>
        {[...names].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

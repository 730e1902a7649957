import { valueProblem } from "../../common/field-problems.js";
import { useState, type ReactElement } from "react";
import { type Role, ROLE_MEANINGS, rolesFor, subject, type SUBJECT_KINDS } from "../../common/roles.js";
import { SelectField } from "../parts/select-field.js";
import { TextField } from "../parts/text-field.js";
import { useTask } from "../parts/use-task.js";
import type { Binding } from "./binding-table.js";

interface Props {
  place: "workspace" | "organization";
  onGive: (binding: Binding) => Promise<void>;
}

type Kind = (typeof SUBJECT_KINDS)[number];

const KINDS: readonly (readonly [Kind, string])[] = [
  ["USER", "User"],
  ["GROUP", "Group"],
];

const HINTS: Record<Kind, string> = {
  USER: "Logs in with a token: tmc organization iam create-api-token NAME",
  GROUP: "Those whose token is of it: tmc organization iam create-api-token USER --groups NAME",
};

/** The line that gives a role to a user or a group. */
export function GiveRole({ place, onGive }: Props): ReactElement {
  const [kind, setKind] = useState<Kind>("USER");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("workspace.view");
  const { isBusy, problem, run, setProblem } = useTask();
  async function give(): Promise<void> {
    const checked = subject.safeParse({ kind, name: name.trim() });
    if (!checked.success) {
      setProblem(`The name ${valueProblem(checked.error.issues)}.`);
      return;
    }
    if (await run(() => onGive({ role, subject: checked.data }))) setName("");
  }
  return (
    <form
      className="access__form"
      aria-label="Give a role"
      onSubmit={(event) => {
        event.preventDefault();
        void give();
      }}
    >
      <SelectField label="To a" value={kind} onChange={setKind} options={KINDS} />
      <TextField label="Name" value={name} onChange={setName} hint={HINTS[kind]} problem={problem} isMono />
      <SelectField
        label="Role"
        value={role}
        onChange={setRole}
        options={rolesFor(place).map((each) => [each, each] as const)}
        hint={ROLE_MEANINGS[role]}
      />
      <button type="submit" className="button" aria-disabled={isBusy}>
        Give Role
      </button>
    </form>
  );
}

import type { ReactElement } from "react";
import type { EventStaff } from "../../common/event-staff.js";
import { useAccount } from "../store/use-account.js";

/** Who looks after an event besides its owner, as fields of a form. */
export function StaffFields({ staff = {}, prefix }: { staff?: EventStaff; prefix: string }): ReactElement {
  const own = useAccount().data?.account?.staffName;
  return (
    <>
      <NamesField
        label="Other instructors"
        name="instructors"
        names={staff.instructors}
        hint={`${prefix}-hint`}
      />
      <NamesField label="Helpers" name="helpers" names={staff.helpers} hint={`${prefix}-hint`} />
      <p className="field__hint create-event__problem" id={`${prefix}-hint`}>
        Names as their portal shows them, with commas between.
        {own !== undefined && (
          <>
            {" "}
            Yours is <code>{own}</code>.
          </>
        )}
      </p>
    </>
  );
}

function NamesField({
  label,
  name,
  names = [],
  hint,
}: {
  label: string;
  name: string;
  names: readonly string[] | undefined;
  hint: string;
}): ReactElement {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="field__input"
        name={name}
        defaultValue={names.join(", ")}
        placeholder="nobody"
        autoComplete="off"
        spellCheck={false}
        aria-describedby={hint}
      />
    </label>
  );
}

/** What was entered in `StaffFields`. */
export function readStaff(form: FormData): Pick<EventStaff, "instructors" | "helpers"> {
  const [instructors, helpers] = ["instructors", "helpers"].map((name) =>
    // A form without the fields names nobody.
    ((form.get(name) as string | null) ?? "").split(",").flatMap((one) => one.trim() || []),
  ) as [string[], string[]];
  return { ...(instructors.length > 0 && { instructors }), ...(helpers.length > 0 && { helpers }) };
}

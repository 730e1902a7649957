import type { ReactElement } from "react";

import { TextAreaField } from "../parts/text-area-field.js";
import type { PolicyFormState } from "./use-policy-form.js";

/** Who is trusted to sign: keys, and identities that need none. */
export function SignerFields({ form: { draft, change, problems } }: { form: PolicyFormState }): ReactElement {
  return (
    <>
      <TextAreaField
        label="Trusted Keys"
        rows={6}
        placeholder="-----BEGIN PUBLIC KEY-----"
        value={draft.keys}
        onChange={(keys) => change({ keys })}
        hint="The text of cosign.pub; of all keys and identities one has to have signed."
        problem={problems.ofSigners("keys")}
      />
      <TextAreaField
        label="Trusted Identities"
        rows={3}
        placeholder="dev@example.com https://accounts.google.com"
        value={draft.identities}
        onChange={(identities) => change({ identities })}
        hint="One a line: who signs without a key, * allowed, a space, and the issuer that vouches for it."
        problem={problems.ofSigners("identities")}
      />
    </>
  );
}

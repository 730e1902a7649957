import { z } from "zod";
import { ROLES, type Role } from "../../workshop/common/account-api.js";
import { LTI_PREFIX, PROVIDER_PREFIX } from "../../workshop/common/event-staff.js";

/** Somebody whom the server knows, and by what. */
export interface Account {
  /** `installation` is the operator, by the token of the data directory; `provider` whoever signed in by OpenID Connect, `lti` who teaches on a learning platform. */
  by: "installation" | "token" | "provider" | "lti";
  /** What it is known by there; empty for the operator. */
  id: string;
  role: Role;
  /** For people to read. */
  name: string;
}

/** What an account is called in `EventStaff`: by the name of its token, which outlives the token, or by its subject at the provider. */
export function staffNameOf({ by, id, name = "" }: Pick<Account, "by" | "id"> & { name?: string }): string {
  if (by === "lti") return `${LTI_PREFIX}${id}`;
  if (by === "provider") return `${PROVIDER_PREFIX}${id}`;
  return by === "token" ? name : "";
}

/** What a browser's cookie says of whose it is, once its signature is found good. */
export interface AccountClaim extends Account {
  /** Epoch milliseconds. */
  expiresAt: number;
}

export const operatorAccount: Account = {
  by: "installation",
  id: "",
  role: "operator",
  name: "Operator",
};

const claim = z.strictObject({
  by: z.enum(["installation", "token", "provider", "lti"]),
  id: z.string().max(400),
  role: z.enum(ROLES),
  name: z.string().max(400),
  expiresAt: z.number().int(),
});

/** Longer than any claim of ours, and little to read. */
const MAX_CHARACTERS = 3_000;

/** As it stands in a cookie. */
export function writeClaim(of: AccountClaim): string {
  return Buffer.from(JSON.stringify(of)).toString("base64url");
}

/** The claim as it was written; nothing where it is none. */
export function readClaim(text: string): AccountClaim | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  try {
    return claim.safeParse(JSON.parse(Buffer.from(text, "base64url").toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

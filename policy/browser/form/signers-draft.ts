import { type Authority, identitiesOf } from "../../common/authority.js";

/** Who is trusted to sign, as it is typed. */
export interface SignersDraft {
  /** Public keys, one below the other. */
  keys: string;
  /** One a line: who signs, then who vouches for it. */
  identities: string;
}

type Signer = { key: string } | { issuer?: string; subject: string };

/** The fields filled with the signers of a policy that exists. */
export function signersDraft(authorities: readonly Authority[]): SignersDraft {
  const lines = identitiesOf(authorities).map(({ subject, issuer }) => `${subject} ${issuer}`);
  return { keys: authorities.flatMap(({ key }) => key ?? []).join("\n"), identities: lines.join("\n") };
}

/** The signers in the order of the manifest: keys, then identities. */
export function signersIn({ keys, identities }: SignersDraft): Signer[] {
  return [...keysIn(keys), ...identitiesIn(identities)];
}

/** Which of the two fields signer `position` of the manifest was typed in. */
export function signerField(draft: SignersDraft, position: number): keyof SignersDraft {
  const signer = signersIn(draft)[position];
  return signer === undefined || "key" in signer ? "keys" : "identities";
}

/** Each key ends with its own last line, so that several can be typed one below the other. */
function keysIn(text: string): { key: string }[] {
  return text
    .split(/(?<=-----END PUBLIC KEY-----)/)
    .map((key) => key.trim())
    .filter(Boolean)
    .map((key) => ({ key }));
}

function identitiesIn(text: string): Signer[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [subject = "", ...issuer] = line.split(/\s+/);
      return { ...(issuer.length > 0 && { issuer: issuer.join(" ") }), subject };
    });
}

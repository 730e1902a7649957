/** Long names of people and an addition fit; a table's column still holds it. */
export const MAX_PERSON_NAME = 80;

/** What is looked at of a name; whoever sends more is told so all the same. */
const MAX_TYPED = 10_000;

/** Letters and signs of Unicode that screens show as nothing: two names that differ by them alone look the same. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The name as it is kept: composed characters, single spaces, nothing that a screen does not show or no file in UTF-8 can hold. */
export function personName(typed: string): string {
  return typed
    .slice(0, MAX_TYPED)
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu, " ")
    .replaceAll(UNSEEN, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** What is wrong with a name as `personName` made it, as a sentence that does not repeat it; nothing where it can be used. */
export function personNameProblem(name: string): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(name)) return "Type a name with at least one letter.";
  const { length } = name;
  if (length <= MAX_PERSON_NAME) return undefined;
  return `The name has ${String(length)} characters, and ${String(MAX_PERSON_NAME)} are the most. Type a shorter one.`;
}

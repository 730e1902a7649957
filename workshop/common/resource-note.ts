/** What a part of a Workshop resource comes to here, where that is not what it comes to on the original. */
export interface ResourceNote {
  /** Where it stands in the resource. */
  path: readonly PropertyKey[];
  /** Not at all, or in another way. */
  fidelity: "approximated" | "lacking";
  message: string;
  /** Wrong on the original as well. */
  isError?: boolean;
  /** What to do about it. */
  fix: string;
}

const DO_WITHOUT = "Remove it, or do not rely on it in the text";

/** A part that has no effect; `why` is the end of a sentence. */
export function lacking(
  path: readonly PropertyKey[],
  why = "is not supported and has no effect",
): ResourceNote {
  return { path, fidelity: "lacking", message: `${placeOf(path)} ${why}`, fix: DO_WITHOUT };
}

/** A part that comes to something else; `how` is the end of a sentence. */
export function approximated(path: readonly PropertyKey[], how: string): ResourceNote {
  return {
    path,
    fidelity: "approximated",
    message: `${placeOf(path)} ${how}`,
    fix: "See that the text fits",
  };
}

/** `spec.session.objects[0]`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`))
    .join("");
}

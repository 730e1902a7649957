/**
 * What a match means in a custom policy where nobody says it. Whoever fills in the fields of the console names what is not wanted; a
 * manifest is read as Tanzu Mission Control reads it. Flags of `tmc` leave nothing open: they have to say it.
 */
export const DEFAULT_EFFECT = { fields: "block", manifest: "allow" } as const;

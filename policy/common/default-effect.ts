/**
 * What a match means in a custom policy where nobody says it. Whoever fills in fields, in the console or as flags of `tmc`, names what
 * is not wanted; a manifest is read as Tanzu Mission Control reads it.
 */
export const DEFAULT_EFFECT = { fields: "block", manifest: "allow" } as const;

/** Which tags an image is taken to have: words, and versions within the minor releases there have been. */
export interface TagRule {
  words: string[];
  /** Minor releases from the first to the last, by major release. */
  minors?: Record<string, [first: number, last: number]>;
  /** What may follow a word or version behind a hyphen. */
  variants?: string[];
  /** Whether a version may go on behind the minor release, as in `1.27.4`; true where absent. */
  hasPatches?: boolean;
}

const VERSION = /^(\d{1,2})(?:\.(\d{1,3})(?:\.(\d{1,2}))?)?$/;

/** Whether the tag is one that the image is taken to have. */
export function hasTag(rule: TagRule, tag: string): boolean {
  const [release, variant] = cutVariant(rule, tag);
  if (rule.words.includes(release)) return true;
  if (variant !== undefined && release === variant) return true;
  const version = VERSION.exec(release);
  if (version === null) return false;
  const [, major = "", minor, patch] = version;
  const range = rule.minors?.[major];
  if (range === undefined) return false;
  if (minor === undefined) return true;
  if (patch !== undefined && rule.hasPatches === false) return false;
  return Number(minor) >= range[0] && Number(minor) <= range[1];
}

/** The version that a tag asks for in full, be it behind a `v`, filled up with that of the newest release. */
export function versionOf(tag: string, newest: string): string {
  const asked = /^v?(\d+(?:\.\d+){0,2})/.exec(tag)?.[1];
  if (asked === undefined || newest.startsWith(`${asked}.`)) return newest;
  const parts = asked.split(".");
  return [...parts, ...["0", "0"].slice(parts.length - 1)].join(".");
}

/** `1.27-alpine` is `1.27` of the variant `alpine`; `alpine` alone is the newest release of it. */
function cutVariant({ variants = [] }: TagRule, tag: string): [release: string, variant?: string] {
  const variant = variants.find((name) => tag === name || tag.endsWith(`-${name}`));
  if (variant === undefined) return [tag];
  return [tag === variant ? variant : tag.slice(0, -variant.length - 1), variant];
}

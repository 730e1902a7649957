const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const NAME = /^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/;
const ESCAPES: Record<string, string> = {
  __: "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};

/**
 * How expressions spell the name of a field that a schema declares; `undefined` where they cannot. Source: kubernetes/kubernetes,
 * apiserver/pkg/cel, `Escape`.
 */
export function fieldName(property: string): string | undefined {
  if (RESERVED.has(property)) return `__${property}__`;
  if (!NAME.test(property)) return undefined;
  return property.replaceAll(/__|[-./]/g, (part) => ESCAPES[part] ?? part);
}

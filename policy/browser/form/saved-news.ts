import type { PolicyView } from "../../common/tmc-api.js";

/** Says that a policy was saved, and where it bites from now on. */
export function savedNews({ fullName, spec, status }: PolicyView, verb: "created" | "changed"): string {
  const saved = `Policy ${fullName.name} is ${verb}`;
  const { namespaces } = status;
  if (namespaces === 0) return `${saved}. It is in force, but no attached namespace is concerned yet.`;
  const where = namespaces === 1 ? "1 namespace" : `${namespaces} namespaces`;
  return spec.input.audit
    ? `${saved}. It reports violations in ${where} and refuses nothing.`
    : `${saved} and in force in ${where}.`;
}

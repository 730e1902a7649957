import type { AdmissionTypesOptions, DeclaredKind } from "../cel/admission-types.js";
import { admissionTypes, withVariables } from "../cel/admission-types.js";
import type { DeclaredTypes } from "../cel/declared-types.js";
import { compileErrorText } from "../cel/error-text.js";
import { wordsOf } from "../cel/expression-words.js";
import { checkTypes } from "../cel/type-check.js";
import type { ResolveSchema } from "../../schema/schema.js";
import type { PolicySpec, RuleWithNames } from "./policy-types.js";

/** A kind that requests for a resource are about. */
export interface CheckedKind extends DeclaredKind {
  group: string;
  version: string;
}

/** What is known of the kinds the cluster serves. */
export interface ServedKinds {
  resolve: ResolveSchema;
  ofResource(group: string, version: string, resource: string): CheckedKind | undefined;
  ofKind(apiVersion: string, kind: string): CheckedKind | undefined;
}

export interface ExpressionWarning {
  fieldRef: string;
  warning: string;
}

/** Kinds that expressions of one policy are checked against, as in a real controller. */
const MAX_KINDS = 10;

/**
 * What the kinds a policy is about make doubtful in its expressions. Nothing of it keeps the policy from being used. Source:
 * apiserver/pkg/admission/plugin/policy/validating, `TypeChecker`.
 */
export function typeWarnings(spec: PolicySpec, served: ServedKinds): ExpressionWarning[] {
  const kinds = kindsOf(spec.matchConstraints?.resourceRules ?? [], served);
  const { apiVersion = "", kind = "" } = spec.paramKind ?? {};
  const params = served.ofKind(apiVersion, kind);
  const validations = spec.validations ?? [];
  const words = wordsOf([
    ...(spec.variables ?? []).map(({ expression }) => expression),
    ...validations.flatMap(({ expression, messageExpression = "" }) => [expression, messageExpression]),
  ]);
  const checked = kinds.map((object) => {
    const options = { object, params, hasParams: params !== undefined, hasAuthorizer: true, words };
    return { object, types: typesFor(spec, { ...options, resolve: served.resolve }) };
  });
  return validations.flatMap(({ expression, messageExpression }, i) =>
    Object.entries({ expression, messageExpression }).flatMap(([name, source]) => {
      const warnings = source === undefined ? [] : checked.flatMap((each) => warningOf(source, each));
      const fieldRef = `spec.validations[${i}].${name}`;
      return warnings.length === 0 ? [] : [{ fieldRef, warning: warnings.join("\n") }];
    }),
  );
}

function warningOf(
  source: string,
  { object, types }: { object: CheckedKind; types: DeclaredTypes },
): string[] {
  const { fault } = checkTypes(source, types);
  if (fault === undefined) return [];
  const { group, version, kind } = object;
  const text = compileErrorText(source, fault, () => true).replace("compilation failed: ", "");
  return [`${group}/${version}, Kind=${kind}: ${text}\n`];
}

/** The types of one kind, with what the policy's own variables come to. */
function typesFor({ variables }: PolicySpec, options: AdmissionTypesOptions): DeclaredTypes {
  const base = admissionTypes(options);
  const known: Record<string, string> = {};
  let types = withVariables(base, known);
  for (const { name, expression } of variables ?? []) {
    known[name] = checkTypes(expression, types).type;
    types = withVariables(base, known);
  }
  return types;
}

/** The kinds that rules without wildcards name, in order. */
function kindsOf(rules: RuleWithNames[], served: ServedKinds): CheckedKind[] {
  const found = new Map<string, CheckedKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes("*"))) continue;
    const plain = resources.filter((name) => !/[*/]/.test(name));
    for (const group of apiGroups.toSorted()) {
      for (const version of apiVersions.toSorted()) {
        for (const resource of plain.toSorted()) {
          const kind = served.ofResource(group, version, resource);
          if (kind !== undefined) found.set(`${group}\n${version}\n${kind.kind}`, kind);
        }
      }
    }
  }
  const ordered = [...found].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return ordered.slice(0, MAX_KINDS).map(([, kind]) => kind);
}

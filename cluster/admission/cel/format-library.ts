import { Optional } from "@marcbachmann/cel-js";
import { validateFormat } from "../../schema/formats.js";
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../validation/names.js";
import type { NameRule } from "../../validation/names.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

const TYPE = "kubernetes.NamedFormat";
const NAMESPACE = "kubernetes.FormatNamespace";

class CelFormat {
  readonly rule: NameRule;

  constructor(rule: NameRule) {
    this.rule = rule;
  }
}

/** By the names that expressions have for them. Source: apiserver/pkg/cel/library, `ConstantFormats`. */
const FORMATS: ReadonlyMap<string, CelFormat> = new Map(
  Object.entries({
    dns1123Label: dnsLabel,
    dns1123Subdomain: dnsSubdomain,
    dns1035Label,
    qualifiedName,
    dns1123LabelPrefix: asPrefix(dnsLabel),
    dns1123SubdomainPrefix: asPrefix(dnsSubdomain),
    dns1035LabelPrefix: asPrefix(dns1035Label),
    labelValue,
    uri: (text: string) =>
      validateFormat("uri", text) || (text.startsWith("/") && URL.canParse(text, "relative://x"))
        ? []
        : [`parse ${JSON.stringify(text)}: ${text === "" ? "empty url" : "invalid URI for request"}`],
    uuid: withFormat("uuid", "does not match the UUID format"),
    byte: withFormat("byte", "invalid base64"),
    date: withFormat("date", "invalid date"),
    datetime: withFormat("date-time", "invalid datetime"),
  }).map(([name, rule]) => [name, new CelFormat(rule)]),
);

/** `format.dns1123Label().validate(text)` and its like, and `format.named()`. */
export const formatLibrary: CelLibrary = (environment) => {
  registerNamespace(environment, "format", NAMESPACE);
  environment.registerType(TYPE, CelFormat);
  // Definitions of the Gateway API ask so; an optional is never null, also where it is empty.
  environment.registerOperator("optional<list<string>> == null: bool", () => false);
  registerAll(environment, {
    [`${NAMESPACE}.named(string): optional<${TYPE}>`]: (_namespace: object, name: string) => {
      const format = FORMATS.get(name);
      return format === undefined ? Optional.none() : Optional.of(format);
    },
    [`${TYPE}.validate(string): optional<list<string>>`]: ({ rule }: CelFormat, text: string) => {
      const faults = rule(text);
      return faults.length === 0 ? Optional.none() : Optional.of(faults);
    },
  });
  for (const [name, format] of FORMATS)
    registerAll(environment, { [`${NAMESPACE}.${name}(): ${TYPE}`]: () => format });
};

/** What a generated name begins with: a hyphen at its end stands for what follows, as Kubernetes takes it, with the sign before. */
function asPrefix(rule: NameRule): NameRule {
  return (text) => rule(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}

function withFormat(format: string, fault: string): NameRule {
  return (text) => (validateFormat(format, text) ? [] : [fault]);
}

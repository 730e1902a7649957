const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const RFC1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

/** What is wrong with a name, in Kubernetes' words; empty when nothing is. */
export type NameRule = (name: string) => string[];

export const dnsLabel: NameRule = (name) => [
  ...longerThan(name, MAX_LABEL),
  ...mismatch(
    LABEL,
    name,
    SUBDOMAIN.test(name)
      ? "must not contain dots"
      : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ),
];

export const dnsSubdomain: NameRule = (name) => [
  ...longerThan(name, MAX_SUBDOMAIN),
  ...mismatch(
    SUBDOMAIN,
    name,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ),
];

/** A name in the search path of a resolver, where parts may begin with an underscore. */
export const dnsSubdomainOrUnderscore: NameRule = (name) => [
  ...longerThan(name, MAX_SUBDOMAIN),
  ...mismatch(
    /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/,
    name,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
  ),
];

/** A host of rules: a star may stand for its first part. */
export const wildcardSubdomain: NameRule = (name) => [
  ...longerThan(name, MAX_SUBDOMAIN),
  ...mismatch(
    /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    name,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ),
];

export const dns1035Label: NameRule = (name) => [
  ...longerThan(name, MAX_LABEL),
  ...mismatch(
    RFC1035,
    name,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ),
];

/** Names of RBAC objects only have to fit into a URL path. */
export const pathSegment: NameRule = (name) => {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};

/** A label or annotation key. */
export const qualifiedName: NameRule = (name) => {
  const parts = name.split("/");
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const errors: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const local = parts.at(-1) ?? "";
  if (prefix === "") errors.push("prefix part must be non-empty");
  else if (prefix !== undefined) errors.push(...dnsSubdomain(prefix).map((text) => `prefix part ${text}`));
  if (local === "") errors.push("name part must be non-empty");
  errors.push(...longerThan(local, MAX_LABEL, "bytes").map((text) => `name part ${text}`));
  if (!QUALIFIED_NAME.test(local)) {
    errors.push(
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    );
  }
  return errors;
};

export const labelValue: NameRule = (value) => [
  ...longerThan(value, MAX_LABEL, "bytes"),
  ...mismatch(
    LABEL_VALUE,
    value,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ),
];

/** A name with a domain before it, such as that of a controller. */
export const domainPrefixedPath: NameRule = (name) => {
  const [domain = "", ...rest] = name.split("/");
  if (rest.length === 0 || domain === "" || rest.join("/") === "")
    return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  return [
    ...dnsSubdomain(domain),
    ...mismatch(
      /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
      rest.join("/"),
      "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
    ),
  ];
};

const IN_PORT_NAME = /^[-a-z0-9]+$/;
const MAX_PORT_NAME = 15;

/** The name of a port (RFC 6335). */
export const portName: NameRule = (name) => [
  ...longerThan(name, MAX_PORT_NAME),
  ...mismatch(IN_PORT_NAME, name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
  ...mismatch(/[a-z]/, name, "must contain at least one letter (a-z)"),
  ...(name.includes("--") ? ["must not contain consecutive hyphens"] : []),
  ...(/^-|-$/.test(name) ? ["must not begin or end with a hyphen"] : []),
];

/** What is wrong with a name of more than `max` characters. */
export function longerThan(name: string, max: number, unit = "characters"): string[] {
  return name.length > max ? [`must be no more than ${max} ${unit}`] : [];
}

function mismatch(pattern: RegExp, name: string, text: string): string[] {
  return pattern.test(name) ? [] : [text];
}

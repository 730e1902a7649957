import { HEADER_TOKENS, SHAPE } from "./line-shape.js";

/** One named expression of a ValidatingAdmissionPolicy. */
export interface Variable {
  name: string;
  expression: string;
}

/** Brackets as they are escaped inside a string of CEL. */
const OPEN = String.raw`\\[`;
const CLOSE = String.raw`\\]`;
const HOST_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = `(?:${HOST_LABEL}(?:[.]${HOST_LABEL})*|${OPEN}[a-fA-F0-9:]+${CLOSE})(?::[0-9]+)?`;
const PATH_PART = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*";
const TAG = ":[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}";
const DIGEST = "@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})";
const REFERENCE = `^${HOST}/${PATH_PART}(?:/${PATH_PART})*(?:${TAG})?(?:${DIGEST})?$`;

/** Messages longer than 5 KiB in UTF-8 are dropped by the API server; 1,200 characters stay below it in any script. */
const MAX_MESSAGE_CHARACTERS = 1200;

/** Same hosts as in `docker-hub.ts`; the agreement test holds the two together. */
const HUB_HOSTS = '["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]';

/** Where in a request the expressions find what they judge. */
export interface Judged {
  spec: string;
  oldSpec: string;
  /** The list of workloads the pods are made by, each as `Kind/name`. */
  workloads: string;
  /** The moment of the request as ISO 8601 to the second, which the deadlines of exceptions are compared with. */
  now: string;
}

/** Later than any deadline. */
const NEVER = "9999";

/**
 * The account that makes the pods of workloads, since whoever makes a pod may write any owner into it. A pod belongs to its Deployment by the name of its
 * ReplicaSet, to its CronJob by that of its Job.
 */
const IS_CONTROLLER =
  '(request.userInfo.username.startsWith("system:serviceaccount:kube-system:") || request.userInfo.username == "system:kube-controller-manager")';
const TEMPLATE_HASH = 'object.metadata.labels["pod-template-hash"]';
const OWNERS =
  "(has(object.metadata.ownerReferences) ? object.metadata.ownerReferences.filter(o, has(o.controller) && o.controller).map(o, [string(o.kind), string(o.name)]) : [])";
const HASH_ENDING = `(has(object.metadata.labels) && "pod-template-hash" in object.metadata.labels ? "-" + ${TEMPLATE_HASH} : "/")`;
const OF_OWNER = [
  `o[0] == "ReplicaSet" && o[1].endsWith(${HASH_ENDING}) ? ["Deployment/" + o[1].substring(0, o[1].size() - ${HASH_ENDING}.size())]`,
  `o[0] == "Job" && o[1].matches(".-[0-9]+$") ? ["Job/" + o[1], "CronJob/" + o[1].substring(0, o[1].lastIndexOf("-"))]`,
  '[o[0] + "/" + o[1]]',
].join(" : ");
const OWN_POD = '["Pod/" + (has(object.metadata.name) ? string(object.metadata.name) : "")]';
const OWN = `[${OWNERS}].map(owners, owners.size() == 0 ? ${OWN_POD} : ${IS_CONTROLLER} ? owners.map(o, ${OF_OWNER})[0] : [])[0]`;

/**
 * A new pod: the API server has stamped it with its own clock, whatever the request said. A request that changes a pod carries no time, so nothing
 * is excepted from it.
 */
export const POD: Judged = {
  spec: "object.spec",
  oldSpec: "oldObject.spec",
  workloads: OWN,
  now: `request.operation == "CREATE" ? string(object.metadata.creationTimestamp) : "${NEVER}"`,
};

const templateSpec = (object: string) =>
  `has(dyn(${object}).spec.jobTemplate) ? dyn(${object}).spec.jobTemplate.spec.template.spec : dyn(${object}).spec.template.spec`;

/** A workload, which is only warned about: exceptions hold until they are taken out of the parameters. */
export const WORKLOAD: Judged = {
  spec: templateSpec("object"),
  oldSpec: templateSpec("oldObject"),
  workloads: '[request.kind.kind + "/" + (has(object.metadata.name) ? string(object.metadata.name) : "")]',
  now: `request.operation == "CREATE" ? string(object.metadata.creationTimestamp) : ""`,
};

/**
 * The variables that judge pods: `images` new or changed, their parts as rules that allow and rules that block see them, and `violations`, one text for
 * each violated policy. Only functions of Kubernetes 1.30 are used.
 */
export function judgingVariables({ spec, oldSpec, workloads, now }: Judged): Variable[] {
  return [
    { name: "spec", expression: spec },
    {
      name: "before",
      expression: `request.operation == "CREATE" ? [] : [${oldSpec}].map(s, ${imagesOf("s")})[0]`,
    },
    {
      name: "images",
      expression: `[variables.spec].map(s, ${imagesOf("s")})[0].filter(m, !variables.before.exists(b, b == m))`,
    },
    ...PARSING,
    { name: "workloads", expression: workloads },
    { name: "now", expression: now },
    { name: "policies", expression: POLICIES },
    { name: "known", expression: KNOWN },
    { name: "violations", expression: VIOLATIONS },
  ];
}

/** The text of a denial: every violated policy in one line. */
export const DENIAL = `[variables.violations.join("; ")].map(t, t.size() > ${MAX_MESSAGE_CHARACTERS} ? t.substring(0, ${MAX_MESSAGE_CHARACTERS}) + "..." : t)[0]`;

/** Lists `[kind, name, image]` of everything in a pod spec that names an image. */
function imagesOf(spec: string): string {
  const containers = (field: string, kind: string) =>
    `(has(${spec}.${field}) ? ${spec}.${field}.map(c, ["${kind}", string(c.name), has(c.image) ? string(c.image) : ""]) : [])`;
  return [
    containers("containers", "container"),
    containers("initContainers", "init container"),
    containers("ephemeralContainers", "ephemeral container"),
    `(has(${spec}.volumes) ? ${spec}.volumes.filter(v, has(v.image) && has(v.image.reference)).map(v, ["volume", string(v.name), string(v.image.reference)]) : [])`,
  ].join(" + ");
}

/**
 * The API server drops a message of several lines, so its label has one. An image is taken apart in steps because CEL has no capture groups: `a` all of it, `s` label for messages; then `h` domain, `r` the rest without digest, `d` digest
 * with its `@`; then `p` path, `t` tag with its `:`; last what rules compare: `h` host, `o` port, `p` path, `e` effective tag, `d` digest, `n` name in full, and `bad`.
 */
const PARSING: Variable[] = [
  {
    name: "cut",
    expression: `variables.images.map(m, {"a": m[2], "s": m[0] + " <" + m[1] + "> image <" + m[2].split("\\n").join("\\\\n") + ">", "n": m[2].indexOf("@") < 0 ? m[2] : m[2].substring(0, m[2].indexOf("@")), "d": m[2].indexOf("@") < 0 ? "" : m[2].substring(m[2].indexOf("@"))})`,
  },
  {
    name: "domains",
    expression: `variables.cut.map(m, m.n.matches("^(?:localhost|[^/]*[.:A-Z][^/]*)/") ? {"a": m.a, "s": m.s, "d": m.d, "h": m.n.startsWith("index.docker.io/") ? "docker.io" : m.n.substring(0, m.n.indexOf("/")), "r": m.n.substring(m.n.indexOf("/") + 1)} : {"a": m.a, "s": m.s, "d": m.d, "h": "docker.io", "r": m.n})`,
  },
  {
    name: "names",
    expression: `variables.domains.map(m, {"a": m.a, "s": m.s, "d": m.d, "h": m.h, "p": (m.h == "docker.io" && !m.r.contains("/") ? "library/" : "") + (m.r.indexOf(":") < 0 ? m.r : m.r.substring(0, m.r.indexOf(":"))), "t": m.r.indexOf(":") < 0 ? "" : m.r.substring(m.r.indexOf(":"))})`,
  },
  {
    name: "refs",
    expression: `variables.names.map(m, {"s": m.s, "d": m.d, "p": m.p, "e": m.t != "" ? m.t.substring(1) : (m.d == "" ? "latest" : ""), "h": (m.h.matches(":[0-9]+$") ? m.h.substring(0, m.h.lastIndexOf(":")) : m.h).lowerAscii(), "o": m.h.matches(":[0-9]+$") ? m.h.substring(m.h.lastIndexOf(":") + 1) : "", "a": m.a, "n": m.h.lowerAscii() + "/" + m.p, "bad": (m.h + "/" + m.p + m.t + m.d).matches("${REFERENCE}") && m.p.size() <= 255 && !m.a.matches("^[a-f0-9]{64}$") ? "" : " (not a valid image reference)"})`,
  },
  {
    name: "seen",
    expression: `variables.refs.map(m, {"s": m.s, "a": m.a, "n": m.n, "d": m.d, "e": m.e, "bad": m.bad, "h": m.h in ${HUB_HOSTS} ? "docker.io" : m.h, "o": m.o == "" ? "443" : m.o, "p": m.h in ${HUB_HOSTS} && !m.p.contains("/") ? "library/" + m.p : m.p})`,
  },
];

/**
 * Each policy as `[[header, lines, shapes], others]`. Lines whose tokens only equal or fit anything are never taken apart: an image is put into each shape they
 * have, and looked for among them. Behind a line `!` stand the others, as tokens; of parameters that an older Lectern wrote, which name no shapes, all lines do.
 */
const POLICIES = [
  'has(params.data) && "policies" in params.data ? params.data["policies"].split("\\n\\n")',
  '.map(s, s.split("\\n!\\n")).map(s, [s, s[0].split("\\n"), s[0].split("\\n")[0].split("|")])',
  `.map(s, [[s[2], s[1], s[2].size() < ${HEADER_TOKENS} ? [] : s[2][${HEADER_TOKENS - 1}].split(",")],`,
  `(s[0].size() > 1 ? s[0][1].split("\\n") : s[2].size() < ${HEADER_TOKENS} ? s[1] : []).map(l, l.split("|"))]) : []`,
].join("");

/** What registries told, a line each. */
const KNOWN = `has(params.data) && "known" in params.data ? params.data["known"].split("\\n") : []`;

function fits(token: string, value: string): string {
  return `(${token} == "*" || ${token} == "=" + ${value} || (${token}.startsWith("^") && ${value}.startsWith(${token}.substring(1))) || (${token}.startsWith("$") && ${value}.endsWith(${token}.substring(1))) || (${token}.startsWith("~") && ${value}.matches(${token}.substring(1))))`;
}

/** A header line fits nothing because its first token is `!`, nor does an exception for its `?`. */
const RULE_FITS = [
  fits("r[0]", "m.h"),
  `(m.o == "" || ${fits("r[1]", "m.o")})`,
  fits("r[2]", "m.p"),
  `${fits("r[3]", "m.e")} != (r[4] == "not")`,
  `(r[5] == "" || m.d != "")`,
  `(r.size() < 7 || r[6] == "" || (m.n + m.d + " +" + r[6]) in variables.known)`,
].join(" && ");

/** Nothing of a valid image looks like a place in a shape, and one that is not valid is refused anyway. */
const IN_SHAPE = Object.entries({ [SHAPE.host]: "m.h", [SHAPE.path]: "m.p", [SHAPE.tag]: "m.e" }).reduce(
  (shape, [place, value]) => `${shape}.replace("${place}", ${value})`,
  `s.replace("${SHAPE.separator}", "|")`,
);

const POLICY_FITS = `(p[0][2].exists(s, ${IN_SHAPE} in p[0][1]) || p[1].exists(r, ${RULE_FITS}))`;

/** Images are compared as they are written, whether the policy allows or blocks: `m` is what a rule saw of the same image `x`. */
const EXCEPTION_FITS = [
  'r[0] == "?"',
  "variables.now < r[1]",
  '(r[2] == "*" || r[2] in variables.workloads)',
  `variables.refs.exists(x, ${[
    "x.s == m.s",
    'x.bad == ""',
    fits("r[3]", "x.h"),
    fits("r[4]", "x.o"),
    fits("r[5]", "x.p"),
    fits("r[6]", "x.e"),
    fits("r[7]", "x.d"),
  ].join(" && ")})`,
].join(" && ");

/** What follows the text in the first line that begins with it, put into words; what is not known yet says how it gets known. */
function note(text: string, words: string): string {
  const unknown = '" (not looked at yet: tmc image verify " + m.a + ")"';
  const found = `[${text}].map(t, variables.known.filter(l, l.startsWith(t)).map(l, l.substring(t.size())))[0]`;
  return `[${found}].map(k, k.size() == 0 ? ${unknown} : ${words})[0]`;
}

/** What is known of a refused image `m`, for a policy `p` that looks at registries. */
const NOTE = `(m.d == "" ? ${note(
  'm.n + ":" + m.e + " "',
  'k[0].startsWith("=") ? " (write " + m.a + "@" + k[0].substring(1) + ")" : " (" + k[0].substring(1) + ")"',
)} : ${note('m.n + m.d + " -" + p[0][0][4] + " "', '" (" + k[0] + ")"')})`;

const VIOLATIONS =
  `variables.policies.map(p, ["[" + p[0][0][2] + "] ", ` +
  `(p[0][0][1] == "block" ? variables.seen : variables.refs)` +
  `.filter(m, m.bad != "" || ${POLICY_FITS} == (p[0][0][1] == "block"))` +
  `.filter(m, !p[1].exists(r, ${EXCEPTION_FITS}))` +
  `.map(m, m.s + m.bad + (p[0][0].size() < 5 || p[0][0][4] == "" || m.bad != "" ? "" : ${NOTE})).join(", "), ": " + p[0][0][3]])` +
  `.filter(t, t[1] != "").map(t, t[0] + t[1] + t[2])`;

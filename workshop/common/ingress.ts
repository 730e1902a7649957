import { z } from "zod";
import { MAX_SESSION_NAME } from "./session.js";
import type { Variables } from "./variables.js";

/** A way from a browser to an application of a session. */
export interface LabIngress {
  /** First part of its host name, before the session's; unique within the lab. */
  name: string;
  port: number;
  /** The Service of the session's namespace that answers; the learner's shells where absent, and no rules answer. */
  service?: string;
  /** Whether the Ingress objects of the session's namespace decide what answers; `name` is one of theirs, or the first label of a host. */
  byRules?: boolean;
  protocol: "http" | "https";
  /** Where the application begins; starts with `/`. */
  path: string;
}

/** Each has connections and a host name of its own; no lab seen has more than four. */
const MAX_INGRESSES = 16;
/** `NAME-SESSION` is one label of a host name. */
const MAX_INGRESS_NAME = 63 - 1 - MAX_SESSION_NAME;
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** A Service as labs write it: its name, or the one it has in the cluster's DNS. */
const SERVICE =
  /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)(\.(\{\{\s*(?:session|workshop)_namespace\s*\}\}|\$\((?:session|workshop)_namespace\))(\.svc(\.(cluster\.local|\{\{\s*cluster_domain\s*\}\}|\$\(cluster_domain\)))?)?)?$/;
const SHELLS = new Set(["", "localhost", "127.0.0.1"]);

/** The port that Ingress objects are served at. */
const RULES_PORT = 80;

/** What Ingress objects of a session answer for a name that its lab lists nothing for. */
export function ingressByRules(name: string): LabIngress {
  return { name, port: RULES_PORT, protocol: "http", path: "/", byRules: true };
}

/** One of them; the result has `service` where it leads to one, and `byRules` where Ingress objects decide. */
export const ingressSchema = z
  .strictObject({
    name: z
      .string()
      .max(MAX_INGRESS_NAME)
      .regex(LABEL, "use small letters, digits and hyphens")
      .describe("first part of its host name"),
    port: z.number().int().min(1).max(65_535).optional().describe("needed but for kind Ingress"),
    kind: z
      .literal("Ingress")
      .optional()
      .describe("an Ingress object that the learner makes decides what answers"),
    host: z.string().default("").describe("a Service of the session's namespace; the terminals where absent"),
    protocol: z.enum(["http", "https"]).default("http"),
    path: z.string().regex(/^\//, "begin with /").default("/").describe("where the application begins"),
  })
  .transform(({ host, kind, port, ...named }, context): LabIngress => {
    if (kind !== undefined && (port ?? RULES_PORT) === RULES_PORT && host === "" && named.protocol === "http")
      return { ...ingressByRules(named.name), path: named.path };
    if (kind !== undefined || port === undefined) {
      context.addIssue(
        kind === undefined
          ? "an ingress needs the port at which the application listens"
          : "an ingress of kind Ingress has a name and a path alone: its rules say where it leads",
      );
      return z.NEVER;
    }
    const rest = { ...named, port };
    if (SHELLS.has(host)) return rest;
    const service = SERVICE.exec(host)?.[1];
    if (service !== undefined) return { ...rest, service };
    context.addIssue(
      `an ingress leads to the terminals or to a Service of the session's namespace, and "${host}" is neither; write the name of the Service`,
    );
    return z.NEVER;
  });

/** The `ingresses` of a lab's file. */
export const ingressesSchema = z
  .array(ingressSchema)
  .max(MAX_INGRESSES)
  .superRefine((ingresses, context) => {
    const names = ingresses.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      context.addIssue(`two ingresses are named ${twice}; give each a name of its own`);
  });

/** Host name of an ingress below the wildcard domain. */
export function ingressHost(name: string, session: string, domain: string): string {
  return `${name}-${session}.${domain}`;
}

/** An address of a session's application. */
export interface IngressAddress {
  name: string;
  /** Path and query in the application; starts with `/`. */
  path: string;
}

/** The host name and the rest of a web address. */
const ADDRESS = /^https?:\/\/([^/:?#]+)(?::\d+)?((?:[/?#].*)?)$/is;

/** Which ingress of the session an address leads to; nothing where it leads elsewhere. */
export function ingressAt(
  address: string,
  ingresses: readonly LabIngress[],
  variables: Variables,
): IngressAddress | undefined {
  const [, host = "", rest = ""] = ADDRESS.exec(address) ?? [];
  const found = ingresses.find(({ name }) => hostsOf(name, variables).includes(host.toLowerCase()));
  if (found === undefined) return undefined;
  if (rest === "" || rest === "/") return { name: found.name, path: found.path };
  return { name: found.name, path: rest.startsWith("/") ? rest : `/${rest}` };
}

/** Whether an address is of the form that ingresses of the session have, be there one of that name or not. */
export function isIngressLike(address: string, variables: Variables): boolean {
  const [, host = ""] = ADDRESS.exec(address) ?? [];
  return hostsOf("", variables).some((end) => host.toLowerCase().endsWith(end));
}

/** Also with the namespace in place of the name, which workshops take for the same, though in a cluster of one's own it is not. */
function hostsOf(name: string, variables: Variables): string[] {
  const sessions = [variables["session_name"] ?? "", variables["session_namespace"] ?? ""];
  return sessions.map((session) => ingressHost(name, session, variables["ingress_domain"] ?? ""));
}

import type { Lab } from "./lab.js";
import { LEARNER } from "./session.js";
import { type Variables, fillPlain } from "./fill-plain.js";

export type { Variables } from "./fill-plain.js";

/** What pages may ask about the session they are shown in; the names labs already use elsewhere. */
export interface SessionFacts {
  session: string;
  namespace: string;
  organization: string;
  /** Address of the learner's page, without a trailing slash: `http://localhost:8080/s/lab-1`. */
  url: string;
  kubernetesApiUrl: string;
  /** Processor of the machine that the shells are on, as containers name it; `amd64` where absent. */
  architecture?: string;
  /** The wildcard domain of the applications; the host of `url` where absent. */
  ingressDomain?: string | undefined;
  /** A further cluster that the session's organization may attach by its name; absent where the operator gives none. */
  furtherCluster?: string | undefined;
  /** What the operator lets labs show of the environment; only the names the lab lists are read. */
  environment: Readonly<Record<string, string | undefined>>;
}

/** The parts of a lab that give values to names. */
export type NamingLab = Pick<Lab, "name" | "title" | "description" | "variables" | "environment">;

/** Everything a page of the lab may name in this session. */
export function sessionVariables(lab: NamingLab, facts: SessionFacts): Variables {
  const own = platformVariables(lab, facts);
  return { ...own, ...filled(lab.variables, own), ...environmentVariables(lab, facts.environment) };
}

/** What the platform itself says of a session; programs in it find the same under capital names. */
export function platformVariables(
  lab: Pick<Lab, "name" | "title" | "description">,
  facts: SessionFacts,
): Variables {
  const url = parseUrl(facts.url);
  return {
    workshop_name: lab.name,
    workshop_title: lab.title,
    workshop_description: lab.description,
    session_id: facts.session,
    session_name: facts.session,
    session_namespace: facts.namespace,
    session_hostname: url.host,
    session_url: facts.url,
    environment_name: lab.name,
    workshop_namespace: facts.namespace,
    service_account: LEARNER,
    training_portal: "lectern",
    organization: facts.organization,
    cluster_name: `${facts.namespace}-cluster`,
    further_cluster: facts.furtherCluster ?? "",
    ingress_domain: facts.ingressDomain ?? url.host,
    ingress_protocol: url.protocol,
    ingress_port: url.port,
    ingress_port_suffix: url.port ? `:${url.port}` : "",
    ingress_class: "",
    cluster_domain: "cluster.local",
    storage_class: "",
    policy_engine: "pod-security-standards",
    policy_name: "baseline",
    platform_arch: facts.architecture ?? "amd64",
    pathway_name: "",
    slides_url: "/slides",
    kubernetes_api_url: facts.kubernetesApiUrl,
  };
}

/** Values may name each other, one behind the other this often. */
const MAX_PASSES = 6;

function filled(values: Readonly<Record<string, string>>, own: Variables): Record<string, string> {
  let current: Record<string, string> = { ...values };
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const known = { ...own, ...current };
    const next = Object.fromEntries(
      Object.entries(current).map(([name, value]) => [name, fillPlain(value, known)]),
    );
    if (Object.entries(next).every(([name, value]) => value === current[name])) break;
    current = next;
  }
  return current;
}

/** Values that stand in for a session where there is none, so that `lint` sees every name a page may use. */
export function sampleVariables(lab: NamingLab): Variables {
  const environment = Object.fromEntries(
    lab.environment.map((name) => [name, `value-of-${name.toLowerCase()}`]),
  );
  return sessionVariables(lab, { ...SAMPLE, environment });
}

const SAMPLE: SessionFacts = {
  session: "sample",
  namespace: "sample",
  organization: "sample",
  url: "http://localhost/s/sample",
  kubernetesApiUrl: "https://localhost:6443",
  // What pages say where there is one is looked at too.
  furtherCluster: "further",
  environment: {},
};

/** The names that every session has values of. */
export const SESSION_VARIABLES: ReadonlySet<string> = new Set(
  Object.keys(platformVariables({ name: "sample", title: "", description: "" }, SAMPLE)),
);

function environmentVariables(
  lab: NamingLab,
  environment: SessionFacts["environment"],
): Record<string, string> {
  return Object.fromEntries(
    lab.environment.flatMap((name) => {
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      return value === undefined ? [] : [[`ENV_${name}`, value]];
    }),
  );
}

/** `URL` belongs to browsers and Node, not to the language, hence by hand. */
function parseUrl(url: string): { protocol: string; host: string; port: string } {
  const parts = /^([a-z]+):\/\/(\[[^\]]+\]|[^/:]+)(?::(\d+))?/.exec(url);
  return { protocol: parts?.[1] ?? "http", host: parts?.[2] ?? "localhost", port: parts?.[3] ?? "" };
}

import type { Lab } from "./lab.js";

/** Values by name, complete: what is not in here is unknown. */
export type Variables = Readonly<Record<string, string>>;

/** What pages may ask about the session they are shown in; the names labs already use elsewhere. */
export interface SessionFacts {
  session: string;
  namespace: string;
  organization: string;
  /** Address of the learner's page, without a trailing slash: `http://localhost:8080/s/lab-1`. */
  url: string;
  kubernetesApiUrl: string;
  /** The wildcard domain of the applications; the host of `url` where absent. */
  ingressDomain?: string | undefined;
  /** What the operator lets labs show of the environment; only the names the lab lists are read. */
  environment: Readonly<Record<string, string | undefined>>;
}

/** Everything a page of the lab may name in this session. */
export function sessionVariables(lab: Lab, facts: SessionFacts): Variables {
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
    training_portal: "lectern",
    organization: facts.organization,
    cluster_name: `${facts.namespace}-cluster`,
    ingress_domain: facts.ingressDomain ?? url.host,
    ingress_protocol: url.protocol,
    ingress_port: url.port,
    ingress_port_suffix: url.port ? `:${url.port}` : "",
    cluster_domain: "cluster.local",
    storage_class: "",
    kubernetes_api_url: facts.kubernetesApiUrl,
    ...lab.variables,
    ...environmentVariables(lab, facts.environment),
  };
}

/** Values that stand in for a session where there is none, so that `lint` sees every name a page may use. */
export function sampleVariables(lab: Lab): Variables {
  const environment = Object.fromEntries(
    lab.environment.map((name) => [name, `value-of-${name.toLowerCase()}`]),
  );
  return sessionVariables(lab, {
    session: "sample",
    namespace: "sample",
    organization: "sample",
    url: "http://localhost/s/sample",
    kubernetesApiUrl: "https://localhost:6443",
    environment,
  });
}

function environmentVariables(lab: Lab, environment: SessionFacts["environment"]): Record<string, string> {
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

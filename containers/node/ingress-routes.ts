import type { IngressBackend, IngressRoute } from "../../cluster/containers/container-runtime.js";

/** What an HTTP request asks for, as far as rules look at it. */
export interface IngressQuestion {
  /** In lower case, without a port. */
  host: string;
  /** Without the query; starts with `/`. */
  path: string;
  /** The Ingress, or the first label of a host, that was asked for by name; counts where the host itself is in no rule. */
  name?: string | undefined;
}

const ANY_LABEL = "*.";
/** Named in a refusal; more are no help. */
const NAMED = 10;
/** Characters of a path in a refusal. */
const SHOWN = 200;

/** Rules of Ingress objects, ready to be asked. A question is compared with every route once. */
export class IngressRoutes {
  readonly #byHost = new Map<string, IngressRoute[]>();
  readonly #routes: readonly IngressRoute[];

  constructor(routes: readonly IngressRoute[]) {
    this.#routes = routes;
    for (const route of routes) {
      const ofHost = this.#byHost.get(route.host);
      if (ofHost === undefined) this.#byHost.set(route.host, [route]);
      else ofHost.push(route);
    }
  }

  /**
   * The route for a request: that of its host before one of a wildcard, before one for every host; there the longest path, of equal ones
   * `Exact` before `Prefix`, and what is for all other paths last. Otherwise a sentence that says what rules there are.
   */
  find(question: IngressQuestion): IngressRoute | string {
    const host = this.#meantHost(question);
    const tiers = hostsFor(host).map((name) => this.#byHost.get(name) ?? []);
    for (const routes of tiers) {
      const found = bestOf(routes, question.path);
      if (found !== undefined) return found;
    }
    return tiers.flat().find(({ match }) => match === "Default") ?? this.#refusal(host, question.path);
  }

  /** The host, or one that the name stands for where no rule is for the host alone. */
  #meantHost({ host, name }: IngressQuestion): string {
    if (name === undefined || hostsFor(host).some((each) => each !== "" && this.#byHost.has(each)))
      return host;
    const ofName = this.#routes.find(({ ingress }) => ingress.endsWith(`/${name}`));
    const named = ofName ?? this.#routes.find((route) => route.host.startsWith(`${name}.`));
    if (named === undefined || named.host === "") return host;
    return named.host.startsWith(ANY_LABEL) ? `${name}${named.host.slice(1)}` : named.host;
  }

  #refusal(host: string, path: string): string {
    const rules = this.#routes
      .slice(0, NAMED)
      .map((route) => `${route.host || "any host"} ${route.match} ${shortened(route.path)}`);
    const left = this.#routes.length - rules.length;
    const more = left > 0 ? ` and ${String(left)} more` : "";
    return `No Ingress has a rule for the path ${shortened(path)} of the host ${host || "without a name"}. There are rules for: ${rules.join(", ")}${more}.`;
  }
}

/** The hosts of rules that a host is meant by, the nearest first. */
function hostsFor(host: string): string[] {
  const dot = host.indexOf(".");
  return [...(host === "" ? [] : [host]), ...(dot > 0 ? [`*${host.slice(dot)}`] : []), ""];
}

function bestOf(routes: readonly IngressRoute[], path: string): IngressRoute | undefined {
  let best: IngressRoute | undefined;
  for (const route of routes) {
    if (route.match === "Default" || !isFor(route, path)) continue;
    if (best === undefined || weightOf(route) > weightOf(best)) best = route;
  }
  return best;
}

function isFor({ match, path }: IngressRoute, asked: string): boolean {
  if (match === "Exact") return asked === path;
  const prefix = withoutEnd(path);
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

/** Longer paths weigh more; half a character decides between equals. */
function weightOf({ match, path }: IngressRoute): number {
  return match === "Exact" ? path.length + 0.5 : withoutEnd(path).length;
}

function shortened(path: string): string {
  return path.length > SHOWN ? `${path.slice(0, SHOWN)}...` : path;
}

/** A prefix is compared label by label, and a `/` at its end means nothing. */
function withoutEnd(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The pods to try, the next in turn first, or why there are none. */
export function endpointsOf(
  backend: IngressBackend,
  turn: number,
): { address: string; port: number }[] | string {
  if ("missing" in backend) return backend.missing;
  const { endpoints } = backend;
  const first = turn % endpoints.length;
  return [...endpoints.slice(first), ...endpoints.slice(0, first)];
}

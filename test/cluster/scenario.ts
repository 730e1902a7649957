/**
 * Words of kubectl behind `kubectl -n NAMESPACE`, and what they get as input; or words of `port-forward`, and what is had through it; or what is below a
 * folder of this machine. `{folder}` is an empty one of the scenario's own, and `{namespace}` its namespace.
 */
export type Ask = string[] | { words: string[]; input: string } | { forward: string[] } | { files: string };

/** One thing that learners do with containers, to be done alike on every cluster. */
export interface Scenario {
  /** What is applied; the first is what is waited for. */
  objects: object[];
  /** What `kubectl get` shows of the first at this path of JSONPath, when it is looked at. */
  until: { path: string; value: RegExp };
  /** What is asked then, in the order given. */
  asks?: Ask[];
  /** Whether the text of errors is a runtime's own, and only the status is compared. */
  hasOwnErrors?: boolean;
  /** Whether a probe may fail before it succeeds, on a machine that does much else: the event of it is not compared. */
  mayFailFirst?: boolean;
}

export const IMAGE = "busybox:1.35";
export const PHASE = "{.status.phase}";
export const READY = '{.status.conditions[?(@.type=="Ready")].status}';
export const WAITING = "{.status.containerStatuses[*].state.waiting.reason}";
export const RESTARTS = "{.status.containerStatuses[0].restartCount}";
export const FOREVER = "trap 'exit 0' TERM; sleep 3600 & wait";

/** A container that runs a line of the shell. */
export function shell(line: string, more: object = {}): object {
  return { name: "main", image: IMAGE, command: ["sh", "-c", line], ...more };
}

export function pod(containers: object[], spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "it", labels: { app: "it" }, ...metadata },
    spec: { terminationGracePeriodSeconds: 2, automountServiceAccountToken: false, containers, ...spec },
  };
}

/** A pod that runs once, to its end. */
export function once(
  line: string,
  { container = {}, spec = {} }: { container?: object; spec?: object } = {},
  ...asks: string[][]
): Scenario {
  const objects = [pod([shell(line, container)], { restartPolicy: "Never", ...spec })];
  return { objects, until: { path: PHASE, value: /^(?:Succeeded|Failed)$/ }, asks };
}

/** A pod that is ready, and what is asked of it. */
export function ready(
  asks: NonNullable<Scenario["asks"]>,
  { line = FOREVER, container = {}, spec = {}, others = [] as object[] } = {},
): Scenario {
  const objects = [pod([shell(line, container)], spec), ...others];
  return { objects, until: { path: READY, value: /^True$/ }, asks };
}

export const exec = (...words: string[]): string[] => ["exec", "it", "--", ...words];
export const say = (line: string): string[] => exec("sh", "-c", line);

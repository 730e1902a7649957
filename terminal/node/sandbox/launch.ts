import type { SessionLimits } from "../../common/session-limits.js";
import { FILTER_DESCRIPTOR } from "../bubblewrap.js";

/** What the programs of one session share besides their account and folders. */
export interface Sandbox {
  limits: SessionLimits;
  /** Arguments for nsenter(1): the namespaces the session has for itself; empty where the machine gives it none. */
  namespaces: readonly string[];
  /** Control groups that each program joins before it runs. */
  groups: readonly string[];
  /** Whether a group counts the session's memory; otherwise each process is held to the limit by itself. */
  countsMemory: boolean;
  /** The session's /etc/hosts, where it has a network of its own. */
  hostsFile?: string;
  /** The session's /etc/resolv.conf, where its programs find pods. */
  resolverFile?: string;
}

/** What holds everywhere: limits of each process, on the machine's own network. */
export function bareSandbox(limits: SessionLimits): Sandbox {
  return { limits, namespaces: [], groups: [], countsMemory: false };
}

const BASH = ["/bin/bash", "--norc", "-p", "-c"];

/** Where the machine has no memory left the learner's programs go before anything of Lectern's does. */
const FIRST_TO_GO = 500;

/**
 * Joins the groups, closes every descriptor above 2 (node-pty once handed earlier shells' terminals to later ones, and whoever
 * started the host may have left some open), then opens the filter. It is the host that runs until then, with its rights: `-p` keeps bash
 * from reading BASH_ENV, and `--norc` from reading the `~/.bashrc` of the learner, as it would where its input is a socket.
 */
const LAUNCH = `
filter=$1; shift
while [[ $1 != -- ]]; do echo $$ >"$1/cgroup.procs" || exit 125; shift; done; shift
echo ${FIRST_TO_GO} 2>/dev/null >/proc/self/oom_score_adj
for f in /proc/self/fd/*; do n=\${f##*/}; ((n > 2)) && eval "exec $n>&-"; done
[[ $filter ]] && exec ${FILTER_DESCRIPTOR}<"$filter"
exec "$@"`;

/** The beginning of every command line that a host starts for a learner. */
export function launchWith({
  limits,
  groups,
  countsMemory,
  filter,
}: Omit<Sandbox, "namespaces"> & { filter: string }): string[] {
  const options = [
    "-c 0",
    `-f ${kibibytes(limits.homeBytes)}`,
    `-n ${limits.openFiles}`,
    ...(process.getuid?.() === 0 ? [`-u ${limits.processes}`] : []),
    ...(countsMemory ? [] : [`-d ${kibibytes(limits.memoryBytes)}`]),
  ];
  // One by one: what an operator has limited further stays as it is.
  const set = options.map((option) => `ulimit ${option} 2>/dev/null`).join("\n");
  return [...BASH, `${set}\n${LAUNCH}`, "launch", filter, ...groups, "--"];
}

/** The limit for accounts that are not the session's alone. */
export function limitProcesses(processes: number): string[] {
  return [...BASH, `ulimit -u ${processes}\nexec "$@"`, "limit"];
}

function kibibytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SignInConfig } from "./auth/sign-in-provider.js";
import type { LtiConfig } from "./lti/lti-config.js";
import type { SessionLimits } from "../terminal/common/session-limits.js";
import type { StartRule } from "../workshop/common/instructor-api.js";

/** What `lectern serve` was asked for, resolved: every path is absolute, every default filled in. */
export interface ServeConfig {
  port: number;
  host: string;
  data: string;
  /** Labs, folders of labs, or single pages. */
  labs: string[];
  /** Checks that labs are read with in place of their own, for a validation. */
  labChecks?: string;
  /** The operator's cluster; absent where Lectern starts its own. */
  kubeconfig?: string;
  /** Kubeconfigs of further clusters, by the names organizations attach them under. */
  members?: Record<string, string>;
  /** Addresses of API servers that organizations may attach by kubeconfigs of their own; none where absent. */
  allowClusters?: string[];
  /** How long further clusters admit pods to attached namespaces without word from here; for ever where absent. */
  memberLeaseMs?: number;
  /** The file that lists the registries that may be asked about images; none may be where absent. */
  registries?: string;
  /** Where each session has a pod for its shells; they run on this machine where absent. */
  pods?: PodShells;
  /** The `postgresql://` address of the database that several servers share; what learners did is in the data directory where absent. */
  database?: string;
  /** The socket of a terminal host that runs by itself and is shared; Lectern starts its own where absent. */
  terminalHost?: string;
  /** The address learners type, where a proxy stands in front; ends in `/`. */
  publicUrl?: string;
  /** Every name below it leads here, for the applications of sessions; they are below a path where absent. */
  ingressDomain?: string;
  /** Whether pods of the embedded cluster run in containers; where the machine can, where absent. */
  containers?: ContainersChoice;
  /** What labs may show of the operator's environment, by name. */
  labVariables: Record<string, string>;
  maxSessions: number;
  /** How long results of events outlive them; `defaultKeepResultsDays` where absent. */
  keepResultsDays?: number;
  /** False where nobody is asked at the end of an event how it was, whatever the event says. */
  feedback?: boolean;
  /** Clusters that sessions may have of their own at once; as many as half of the machine's memory holds where absent. */
  maxOwnClusters?: number;
  /** Who may start labs; what the supervisor finds fitting where absent. */
  start?: StartRule;
  /** The provider that people sign in at; nobody does where absent. */
  signIn?: SignInConfig;
  /** Learning platforms that send people here; none where absent. */
  lti?: LtiConfig;
  /** PEM files of the server's certificate, with its chain, and key; plain HTTP where absent. */
  tls?: { cert: string; key: string };
  /** Holds the instructor's token, where the operator keeps it; in the data directory where absent. */
  instructorTokenFile?: string;
  /** Whose `X-Forwarded-*` headers are believed, as Express takes it: a number of proxies or their addresses. Nobody's where absent. */
  trustProxy?: number | string[];
  /** What each session may use, where it is not the default. */
  sessionLimits?: Partial<SessionLimits>;
  /** Listens beyond loopback although shells share this machine's network. */
  allowSharedNetwork?: boolean;
  logLevel: LogLevel;
  /** Files in the data directory, or the standard output of the supervisor, where a container keeps them. */
  logTo: "files" | "stdout";
  /** Whether recordings of terminals outlive their session, in the data directory. */
  keepRecordings: boolean;
  /** Whether open pages follow the files of their lab, for an author who writes. */
  followFiles?: boolean;
}

/** Where shells run, where they have pods. */
export interface PodShells {
  namespace: string;
  /** The tool box of labs that name none. */
  image: string;
  /** An image with this version of Lectern. */
  hostImage: string;
  /** Secrets of the namespace with credentials for registries. */
  pullSecrets: readonly string[];
  /** Where programs in pods reach Lectern, ending in `/`; where learners do where absent. */
  url?: string;
}

/** What was asked for, with who may start labs decided. */
export type RuledConfig = ServeConfig & { start: StartRule };

/** `auto` is on where the machine can. */
export const CONTAINERS_CHOICES = ["auto", "on", "off"] as const;
export type ContainersChoice = (typeof CONTAINERS_CHOICES)[number];

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The settings Lectern reads from its environment. This file is the only reader of `process.env`. */
export interface Environment {
  path: string;
  data: string;
  kubectl?: string;
  /** The address of the database that several servers share. */
  database?: string;
  logLevel: LogLevel;
  /** Names of variables that labs may show; absent where the operator says nothing. */
  labVariables?: string[];
  /** Given on to the processes Lectern starts; nothing else of the environment is. */
  childEnvironment: Record<string, string>;
}

/** What an operator lets labs show: what the environment and the flags name, together. Undefined where neither says anything. */
export function allowedLabVariables(
  { labVariables: named }: Pick<Environment, "labVariables">,
  flagged?: readonly string[],
): string[] | undefined {
  if (named === undefined && flagged === undefined) return undefined;
  return [...new Set([...(named ?? []), ...(flagged ?? [])])];
}

/** Those variables of the environment that the operator lets labs show, with their values; one that is not set is left out. */
export function labVariables(
  names: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

const CHILD_VARIABLES = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "TZ",
  "TMPDIR",
  "NODE_EXTRA_CA_CERTS",
  // Whoever gives Node more memory, or another order of addresses, means the server and not what watches over it.
  "NODE_OPTIONS",
  "GIT_SSL_CAPATH",
  "SSL_CERT_DIR",
];
const LOG_LEVELS: readonly string[] = ["debug", "info", "warn", "error"];

export const defaultPort = 8080;
export const defaultHost = "127.0.0.1";
/** Long enough to hand results on, and no longer. */
export const defaultKeepResultsDays = 30;

/** One laptop runs this many shells and namespaces without noticing; `--max-sessions` lifts it. */
export const defaultMaxSessions = 200;

/** Reads the environment once; unset names get the documented defaults. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const level = env.LECTERN_LOG_LEVEL ?? "";
  const childEnvironment = Object.fromEntries(
    CHILD_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  return {
    path: env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    data: env.LECTERN_DATA ?? defaultDataDir(),
    ...(env.LECTERN_KUBECTL ? { kubectl: env.LECTERN_KUBECTL } : {}),
    ...(env.LECTERN_DATABASE ? { database: env.LECTERN_DATABASE } : {}),
    logLevel: LOG_LEVELS.includes(level) ? (level as LogLevel) : "info",
    ...(env.LECTERN_LAB_VARIABLES === undefined
      ? {}
      : { labVariables: env.LECTERN_LAB_VARIABLES.split(/[\s,]+/).filter(Boolean) }),
    childEnvironment,
  };
}

/**
 * Where data is kept without `--data`: beside other services' data for root, in the home directory for everybody else.
 * Root's own home is closed to the accounts that learners' shells run under.
 */
function defaultDataDir(): string {
  return process.getuid?.() === 0 ? "/var/lib/lectern" : join(homedir(), ".lectern");
}

/** The product's own folder, whether run from `dist` or from source. */
export const productRoot = findProductRoot(dirname(fileURLToPath(import.meta.url)));

/** The images of this version, as `deploy/image` names them. */
export const defaultPodShells: PodShells = {
  namespace: "lectern-shells",
  image: `lectern-toolbox:${productVersion()}`,
  hostImage: `lectern:${productVersion()}`,
  pullSecrets: [],
};

/** The version of Lectern that runs. */
export function productVersion(): string {
  return (JSON.parse(readFileSync(join(productRoot, "package.json"), "utf8")) as { version: string }).version;
}

/** A compiled file, for starting it as a process of its own. */
export function builtFile(path: string): string {
  return join(productRoot, "dist", path);
}

/** The thread that reads labs and compiles their pages. */
export const LAB_THREAD = "workshop/node/lab-thread-entry.js";

/** The labs that ship with the product. */
export const shippedContent = join(productRoot, "content");

/** Pictures that shipped labs share. */
export const sharedImages = join(productRoot, "images");

function findProductRoot(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package.json above ${resolve(fileURLToPath(import.meta.url))}`);
  return findProductRoot(parent);
}

/** The address that everything of Lectern is below, ending in `/`. Throws TypeError for what is no URL. */
export function mountAddress(url: string): string {
  const address = new URL(url);
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address.origin + address.pathname;
}

/** Every path inside a data directory, in one place. */
export function dataPaths(data: string) {
  return {
    lock: join(data, "lock.db"),
    /** Where the running server listens, for the command line. */
    server: join(data, "server.json"),
    instructorToken: join(data, "instructor-token"),
    serverId: join(data, "server-id"),
    /** Which cluster the sessions belong to. */
    clusterIdentity: join(data, "cluster-identity.json"),
    activity: join(data, "activity.db"),
    /** Who took part in events. */
    people: join(data, "people.db"),
    /** Revisions of the labs that Workshop objects name. */
    workshops: join(data, "workshops"),
    cluster: join(data, "cluster"),
    /** Written by the embedded cluster once it can be reached. */
    kubeconfig: join(data, "cluster", "kubeconfig"),
    /** Of sessions that have one of their own: a folder each. */
    ownClusters: join(data, "clusters"),
    terminal: join(data, "terminal"),
    containers: join(data, "containers"),
    tools: join(data, "tools"),
    /** Recordings that outlive their sessions. */
    recordings: join(data, "recordings"),
    logs: join(data, "logs"),
    /** Whose the running processes are. */
    owners: join(data, "owners"),
  };
}

/** Where a process writes its log; nothing where it writes to the supervisor's own output. */
export function logFileOf(
  name: string,
  paths: { logs: string },
  logTo: ServeConfig["logTo"],
): { logFile?: string } {
  return logTo === "files" ? { logFile: join(paths.logs, `${name}.log`) } : {};
}

export type DataPaths = ReturnType<typeof dataPaths>;

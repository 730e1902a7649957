import { Command, Option } from "commander";
import { START_RULES } from "../../../workshop/common/instructor-api.js";
import type { StartRule } from "../../../workshop/common/instructor-api.js";
import type { SessionLimits } from "../../../terminal/common/session-limits.js";
import {
  defaultHost,
  defaultKeepResultsDays,
  defaultMaxSessions,
  defaultPort,
  allowedLabVariables,
  labVariables,
  readEnvironment,
  shippedContent,
} from "../../config.js";
import type { ContainersChoice, Environment, ServeConfig } from "../../config.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import {
  collect,
  containersOption,
  domainName,
  names,
  path,
  proxies,
  webAddress,
  wholeNumber,
} from "../options.js";
import { databaseOf } from "../database-flags.js";
import { addMemberFlags, membersOf } from "../member-flags.js";
import type { MemberFlags } from "../member-flags.js";
import { addShellFlags, shellsOf } from "../shell-flags.js";
import type { ShellFlags } from "../shell-flags.js";
import { addSignInFlags, ltiOf, signInOf } from "../sign-in-flags.js";
import type { SignInFlags } from "../sign-in-flags.js";
import { sessionLimits } from "../session-limits.js";
import { examplesText } from "../program.js";
import { untilSignalled } from "../signals.js";
import { terminalText } from "../terminal-text.js";

interface ServeFlags extends ShellFlags, SignInFlags, MemberFlags {
  port: number;
  host: string;
  data: string;
  lab?: string[];
  kubeconfig?: string;
  database?: string;
  databaseFile?: string;
  terminalHost?: string;
  publicUrl?: string;
  ingressDomain?: string;
  labVariable?: string[];
  maxSessions: number;
  maxOwnClusters?: number;
  containers: ContainersChoice;
  keepResultsDays?: number;
  feedback: boolean;
  start?: StartRule;
  tlsCert?: string;
  tlsKey?: string;
  instructorTokenFile?: string;
  trustProxy?: number | string[];
  sessionLimits?: Partial<SessionLimits>;
  allowSharedNetwork?: boolean;
  logTo: "files" | "stdout";
  keepRecordings: boolean;
  followFiles: boolean;
}

const EXAMPLES = [
  "lectern serve",
  "lectern serve --port 9000 --lab ~/labs --lab intro.md",
  "lectern serve --kubeconfig ~/.kube/config --data /srv/lectern",
  "lectern serve --kubeconfig ~/.kube/config --shells pods",
  "lectern serve --member staging=staging.yaml",
  "lectern serve --host 0.0.0.0 --tls-cert labs.pem --tls-key labs.key --public-url https://labs.example.org/",
  "lectern serve --public-url https://labs.example.org/ --trust-proxy loopback",
];

const ENVIRONMENT = `
Environment:
  LECTERN_DATA       the default of --data
  LECTERN_DATABASE   the default of --database, without a password in a list of processes
  LECTERN_KUBECTL    the kubectl learners get (default: the first on PATH)
  LECTERN_LAB_VARIABLES  names of environment variables that labs may show, as --lab-variable says
  LECTERN_LOG_LEVEL  debug, info, warn or error (default: info)`;

/** `lectern serve`: the cluster, the terminal host and the server, until Ctrl-C. */
export function serveCommand(): Command {
  const environment = readEnvironment();
  const serve = new Command("serve")
    .description("Run Lectern: pages, terminals and, without --kubeconfig, a Kubernetes of its own.")
    .option(
      "--port <number>",
      "port of the web page; 0 takes any free one",
      wholeNumber(0, 65_535),
      defaultPort,
    )
    .option(
      "--host <address>",
      "address to listen on; beyond loopback only with confined shells",
      defaultHost,
    )
    .option("--data <dir>", "where sessions, homes and keys are kept", path, environment.data)
    .option(
      "--lab <dir>",
      "a lab, a folder of labs, or one Markdown page; may be repeated (default: the shipped labs)",
      collect,
    )
    .option(
      "--kubeconfig <file>",
      "use this cluster (Kubernetes 1.30 or newer) instead of the embedded one",
      path,
    )
    .addOption(containersOption())
    .option(
      "--session-limits <list>",
      "what each session may use: memory, processes, cpu, home, tmp, files (default: memory=1Gi,processes=512,cpu=1,home=1Gi,tmp=256Mi,files=4096)",
      sessionLimits,
    )
    .option(
      "--lab-variable <name>",
      "environment variable that labs may show, besides those of LECTERN_LAB_VARIABLES; may be repeated",
      names,
    )
    .option("--max-sessions <number>", "live sessions at once", wholeNumber(1, 100_000), defaultMaxSessions)
    .option(
      "--max-own-clusters <number>",
      "clusters that sessions may have of their own at once (default: as many as half of the memory holds, at 90 MiB each)",
      wholeNumber(1, 1_000),
    )
    .addOption(
      new Option("--log-to <place>", "where the processes write their logs")
        .choices(["files", "stdout"])
        .default("files"),
    )
    .option(
      "--keep-recordings",
      "keep what terminals showed beyond the end of their sessions, in the data directory",
      false,
    )
    .option("--follow-files", "show what is saved of a lab on open pages at once, for its author", false)
    .addHelpText("after", `${examplesText(EXAMPLES)}\n${ENVIRONMENT}`)
    .action((flags: ServeFlags) => run(flags, environment));
  return addSharingFlags(addSignInFlags(addAccessFlags(addShellFlags(addMemberFlags(addEventFlags(serve))))));
}

function addEventFlags(serve: Command): Command {
  return serve
    .option(
      "--keep-results-days <number>",
      `how long events, with their people and results, are kept when they are over (default: ${String(defaultKeepResultsDays)})`,
      wholeNumber(0, 3_650),
    )
    .option("--no-feedback", "ask nobody at the end of an event how it was, whatever the event says");
}

/** What several servers have in common. */
function addSharingFlags(serve: Command): Command {
  return serve
    .option(
      "--database <url>",
      "PostgreSQL that several servers share, as postgresql://USER@HOST/DATABASE; takes --kubeconfig and --instructor-token-file (default: files in the data directory, for one server)",
    )
    .option("--database-file <file>", "holds that address, for one with a password", path)
    .option(
      "--terminal-host <socket>",
      'socket of a terminal host that several servers of one machine share, started by "lectern terminal-host start"',
      path,
    );
}

/** Who reaches the server, and by which way. */
function addAccessFlags(serve: Command): Command {
  return serve
    .option("--public-url <url>", "the address learners type, where a proxy stands in front", webAddress)
    .option(
      "--ingress-domain <domain>",
      "a domain of which every name leads here, such as labs.example.org for *.labs.example.org: applications of sessions get host names there (default: paths of this server)",
      domainName,
    )
    .option(
      "--allow-shared-network",
      "be reached from other machines although shells share this machine's network",
    )
    .addOption(
      new Option(
        "--start <who>",
        "who may start labs: everybody (open), who has the link for it, who has signed in (account), or instructors only (default: open on loopback with confined shells, else link)",
      ).choices(START_RULES),
    )
    .option("--tls-cert <file>", "certificate with its chain, PEM; read again when it changes", path)
    .option("--tls-key <file>", "key of the certificate, PEM", path)
    .option(
      "--instructor-token-file <file>",
      "holds the token instructors log in with; read again when it changes (default: one made at the first start, in the data directory)",
      path,
    )
    .option(
      "--trust-proxy <who>",
      "proxies whose X-Forwarded-* headers are believed: how many, or their addresses such as loopback,10.0.0.0/8 (default: none)",
      proxies,
    );
}

async function run(
  {
    lab,
    labVariable,
    tlsCert,
    tlsKey,
    shells,
    shellsNamespace,
    shellImage,
    hostImage,
    shellUrl,
    shellPullSecret,
    database,
    databaseFile,
    member,
    allowCluster,
    lti,
    ...flags
  }: ServeFlags,
  environment: Environment,
): Promise<void> {
  const config: ServeConfig = {
    ...flags,
    ...tlsOf(tlsCert, tlsKey),
    ...signInOf(flags, flags.start),
    ...ltiOf(lti),
    ...shellsOf({
      ...flags,
      shells,
      shellsNamespace,
      shellImage,
      hostImage,
      ...(shellUrl !== undefined && { shellUrl }),
      ...(shellPullSecret !== undefined && { shellPullSecret }),
    }),
    ...membersOf({ ...(member && { member }), ...(allowCluster && { allowCluster }) }),
    ...databaseOf({ database, databaseFile }, environment),
    labs: lab ?? [shippedContent],
    labVariables: labVariables(allowedLabVariables(environment, labVariable) ?? []),
    logLevel: environment.logLevel,
  };
  requireWhatSeveralShare(config);
  requireOwnClusterFor(config);
  if (database !== undefined && /^\w+:\/\/[^/@]*:[^/@]*@/.test(database))
    report(
      "Warning: everybody on this machine can see the password in --database; give it with --database-file or LECTERN_DATABASE.",
    );
  const { serve } = await import("../../supervisor/serve.js");
  await untilSignalled((signal) =>
    serve(config, environment, { signal, report, isInteractive: process.stdout.isTTY }),
  );
  report(`Lectern has stopped. Sessions are kept in ${config.data}; the next start finds them again.`);
}

function tlsOf(cert: string | undefined, key: string | undefined): Pick<ServeConfig, "tls"> {
  if (cert !== undefined && key !== undefined) return { tls: { cert, key } };
  if (cert === undefined && key === undefined) return {};
  const missing = cert === undefined ? "--tls-cert" : "--tls-key";
  throw new ServerError(
    serverErrorCodes.usage,
    `TLS takes two files, and ${missing} is not given. Give the certificate with --tls-cert and its key with --tls-key.`,
  );
}

/** Several servers have one cluster and one token, which none of them makes. */
function requireWhatSeveralShare({ database, kubeconfig, instructorTokenFile }: ServeConfig): void {
  if (database === undefined || (kubeconfig !== undefined && instructorTokenFile !== undefined)) return;
  const missing = kubeconfig === undefined ? "--kubeconfig" : "--instructor-token-file";
  throw new ServerError(
    serverErrorCodes.usage,
    `Servers that share a database share the cluster and the instructor's token as well, and ${missing} is not given. Give all of them the same with --kubeconfig and --instructor-token-file.`,
  );
}

/** What runs the pods of somebody else's cluster is not for us to choose. */
function requireOwnClusterFor({ containers, kubeconfig }: ServeConfig): void {
  if (containers !== "on" || kubeconfig === undefined) return;
  throw new ServerError(
    serverErrorCodes.usage,
    "--containers on is for the embedded cluster, and --kubeconfig names another, whose pods run as it runs them. Leave one of the two away.",
  );
}

function report(line: string): void {
  process.stdout.write(`${terminalText(line)}\n`);
}

import { setTimeout as delay } from "node:timers/promises";
import type { StartRule } from "../../workshop/common/instructor-api.js";
import type { ServerAssignment } from "../foundation.js";
import { builtFile, logFileOf } from "../config.js";
import type { Environment, RuledConfig, ServeConfig } from "../config.js";
import { hasInstructorToken, instructorTokenOf, loadInstructorToken } from "../auth/instructor-token.js";
import type { InstructorToken } from "../auth/instructor-token.js";
import { startLink } from "../auth/start-token.js";
import { readTlsFiles } from "../http/tls-files.js";
import { threadLoader } from "../lab-loader.js";
import { readLabs } from "../lab-repository.js";
import type { LabsBefore } from "../lab-repository.js";
import { checkMachine, startBackends } from "./backends.js";
import type { Backends } from "./backends.js";
import { lockDataDir } from "./data-dir.js";
import type { LockedDataDir } from "./data-dir.js";
import { endAll } from "./end-all.js";
import { readRunningServer } from "./running-server.js";
import { isAlive } from "./process-handle.js";
import { checkPort } from "./preflight.js";
import { isLoopback, isUnencrypted, startRuleOf } from "./exposure.js";
import { supervise } from "./supervised-process.js";
import type { SupervisedProcess } from "./supervised-process.js";

export interface ServeEvents {
  signal: AbortSignal;
  /** One line for the person at the terminal. */
  report(line: string): void;
  /** Whether that is a person at a terminal, and no file that keeps what it is told. */
  isInteractive?: boolean;
}

/** A server whose supervisor is gone ends within a second. */
const LAST_SERVER_MS = 3_000;
const LOOK_MS = 50;

/**
 * Starts cluster, terminal host and server as processes of their own and keeps them running; resolves when the page can be
 * opened. Throws the refusals of `lockDataDir`, `preflight` and `supervise`, with everything it had started ended.
 */
export async function serve(
  asked: ServeConfig,
  environment: Environment,
  events: ServeEvents,
): Promise<{ stop(): Promise<void> }> {
  const dataDir = lockDataDir(asked.data);
  const token = instructorTokenOf(asked, dataDir.paths);
  const isFirstStart = !token.isGiven && !hasInstructorToken(token);
  const started: { stop(): Promise<void> }[] = [];
  // The server first, so that it can still tell the cluster and the host what it has to.
  const stop = () =>
    endAll([...started.toReversed().map((part) => () => part.stop()), () => dataDir.release()]);
  try {
    await lastServerGone(asked.data);
    if (asked.port !== 0) await checkPort(asked.host, asked.port);
    if (asked.tls !== undefined) readTlsFiles(asked.tls);
    if (token.isGiven) loadInstructorToken(token);
    const options = { config: asked, environment, paths: dataDir.paths };
    const machine = await checkMachine(options, events);
    const config = { ...asked, start: startRuleOf(asked, machine.confinement) };
    const labsBefore = readAndTell(asked, events);
    const backends = startBackends(options, machine, events);
    const server = startServer(config, environment, { dataDir, backends, labsBefore, events });
    const labsRead = labsBefore.then(() => ({ stop: () => Promise.resolve() }));
    const parts = await Promise.allSettled([labsRead, backends, server]);
    for (const part of parts) if (part.status === "fulfilled") started.push(part.value);
    // Labs first: where they cannot be read, the server could not start either.
    const failed = parts.find((part) => part.status === "rejected");
    if (failed) throw failed.reason;
    events.signal.throwIfAborted();
    announce(config, { dataDir, events, token, isFirstStart });
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Labs are read here, while cluster and terminals start, and once: the server, also one started again, is given what was read. */
async function readAndTell({ labs, labVariables }: ServeConfig, events: ServeEvents): Promise<LabsBefore> {
  const loader = threadLoader(labVariables);
  try {
    const { renamed, ...read } = await readLabs(labs, loader.load);
    for (const { path, message } of read.broken) events.report(`Left out ${path}: ${message}`);
    for (const { path, message } of renamed) events.report(`${path}: ${message}`);
    for (const path of read.late)
      events.report(`${path} takes its time to be read; the catalogue has it when it is.`);
    return read;
  } finally {
    await loader.close();
  }
}

interface Parts {
  dataDir: LockedDataDir;
  backends: Promise<Backends>;
  labsBefore: Promise<LabsBefore>;
  events: ServeEvents;
}

async function startServer(
  config: RuledConfig,
  environment: Environment,
  parts: Parts,
): Promise<SupervisedProcess> {
  const { dataDir, backends, labsBefore, events } = parts;
  const spec = {
    name: "server",
    runsAhead: true,
    entry: builtFile("server/main.js"),
    args: [],
    assignment: async () => {
      const [{ kubeconfig, terminalSocket, hasContainers }, before] = await Promise.all([
        backends,
        labsBefore,
      ]);
      // A restarted server takes the port of the one before it: pages that are open keep calling there.
      const port = config.port === 0 ? await lastPort(config) : config.port;
      const embedded = config.kubeconfig === undefined;
      return {
        config: { ...config, port },
        kubeconfig,
        ...(terminalSocket !== undefined && { terminalSocket }),
        embedded,
        hasContainers,
        labsBefore: before,
      } satisfies ServerAssignment;
    },
    env: environment.childEnvironment,
    ...logFileOf("server", dataDir.paths, config.logTo),
    probe: (pid: number, signal: AbortSignal) => askServer(config.data, pid, signal),
  };
  return supervise(spec, events);
}

async function lastPort({ data, host }: ServeConfig): Promise<number> {
  try {
    const port = Number(new URL(readRunningServer(data).url).port);
    await checkPort(host, port);
    return port;
  } catch {
    return 0;
  }
}

/** Where the last supervisor was killed, its server is just ending and may still hold the port. */
async function lastServerGone(data: string): Promise<void> {
  const deadline = performance.now() + LAST_SERVER_MS;
  while (performance.now() < deadline && isServing(data)) await delay(LOOK_MS);
}

function isServing(data: string): boolean {
  try {
    return isAlive(readRunningServer(data).pid);
  } catch {
    return false;
  }
}

/** Throws until the server has said where it listens and answers there. */
async function askServer(data: string, pid: number, signal: AbortSignal): Promise<void> {
  const server = readRunningServer(data);
  if (server.pid !== pid) throw new Error("the server has not said where it listens");
  const address = new URL("healthz", server.url);
  const { request } = address.protocol === "https:" ? await import("node:https") : await import("node:http");
  await new Promise<void>((resolve, reject) => {
    // Its certificate names the machine as learners call it, and the question does not leave this one.
    const asked = request(address, { agent: false, signal, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      answer.once("end", resolve).once("error", reject);
    });
    asked.once("error", reject).end();
  });
}

interface Announcement {
  dataDir: LockedDataDir;
  events: ServeEvents;
  token: InstructorToken;
  isFirstStart: boolean;
}

function announce(config: RuledConfig, announcement: Announcement): void {
  const { dataDir, events, token, isFirstStart } = announcement;
  const url = config.publicUrl ?? readRunningServer(dataDir.path).url;
  events.report("");
  events.report(`Lectern is ready: ${url}`);
  // Whoever reads a log of later starts must not become an instructor by it.
  const where = isFirstStart
    ? `token ${loadInstructorToken(token)} (not shown again)`
    : `token in ${token.file}`;
  events.report(`Instructor:       ${new URL("instructor", url).href}  ${where}`);
  events.report(`Starting labs:    ${startWords(config.start, url, announcement)}`);
  if (isUnencrypted(config))
    events.report(
      "Warning: what learners and instructors send goes over the network unencrypted. Give --tls-cert and --tls-key, or put a proxy with TLS in front and name it with --public-url https://...",
    );
  if (!isLoopback(config.host) && config.publicUrl === undefined) {
    events.report(
      "Links to hand out name this machine only as localhost; --public-url gives the address learners type.",
    );
  }
  events.report(`Data and logs:    ${dataDir.path}  (end with Ctrl-C)`);
}

function startWords(rule: StartRule, url: string, { dataDir, events, token }: Announcement): string {
  if (rule === "open") return "everybody who reaches the page (--start link closes that)";
  if (rule === "instructor") return "instructors only";
  if (rule === "account") return "whoever has signed in";
  const how = events.isInteractive
    ? startLink(url, loadInstructorToken(token))
    : `"lectern session start-link --data ${dataDir.path}" prints it`;
  return `whoever has the link: ${how}`;
}

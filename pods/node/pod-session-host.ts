import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { ConfinementReport } from "../../terminal/common/confinement-report.js";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type {
  RecordingInfo,
  ScreenQuestion,
  ScreenText,
  SessionHost,
  TerminalInfo,
} from "../../terminal/common/session-host.js";
import type { DialHostOf } from "../../terminal/node/dial-host.js";
import { AuthorityStore } from "./authority-store.js";
import { PodConnections, type PodRoute } from "./pod-connections.js";
import { PodRegistry } from "./pod-registry.js";
import { PodWatch } from "./pod-watch.js";
import type { PodSettings } from "./pod-settings.js";

export interface PodSessionHostOptions {
  client: KubernetesClient;
  config: KubeConfig;
  settings: PodSettings;
  route: PodRoute;
  /** Where recordings of ended sessions are kept; they go with the session where absent. */
  keptRecordings?: string;
  /** One line for the log. */
  report: (line: string) => void;
  /** Milliseconds a pod has to run; 105,000 where absent. */
  readyMs?: number;
}

/** What a host may take to tell what its terminal shows, before the others are shown without it. */
const SCREEN_MS = 1_000;

/** What is said of confinement before there is a pod that could be asked. */
const NO_POD_YET: ConfinementReport = {
  hasOwnNetwork: true,
  measures: [
    { subject: "files", holds: true, text: "a pod of its own; what holds in it is told once there is one" },
  ],
};

/**
 * The session host made of pods: one for each session, with the terminal host in it. What the cluster holds is all there is to know, so
 * that any server finds every session again. Throws KubernetesError where the namespace of the pods cannot be used.
 */
export async function openPodSessionHost(
  options: PodSessionHostOptions,
): Promise<{ host: SessionHost; dial: DialHostOf }> {
  const authorities = new AuthorityStore(options.client);
  const pods = new PodWatch();
  const registry = new PodRegistry({ ...options, pods, authorities });
  const connections = new PodConnections({ ...options, pods, registry, authorities });
  await registry.start();
  return {
    host: sessionHost({ pods, registry, connections, asked: new Set() }, options),
    dial: (session) => connections.dial(session),
  };
}

interface PodParts {
  pods: PodWatch;
  registry: PodRegistry;
  connections: PodConnections;
  /** Sessions that were asked for their screen and have not answered. */
  asked: Set<string>;
}

function sessionHost(parts: PodParts, options: PodSessionHostOptions): SessionHost {
  const { pods, registry, connections } = parts;
  const to = (session: string): Promise<SessionHost> => connections.to(session);
  const of = async ({ session }: { session: string }): Promise<SessionHost> => to(session);
  return {
    prepare: async (session, spec) => {
      if (spec.pod === undefined) throw withoutPod(session);
      await connections.forget(session);
      const { hasOldHome } = await registry.make(session, spec, spec.pod);
      const made = await to(session).catch(async (error: unknown) => {
        throw await registry.unanswered(session, error);
      });
      await made.prepare(session, { files: spec.files, keepsFiles: hasOldHome });
    },
    reach: (session, reaches) => registry.reach(session, reaches),
    sessions: () => registry.names(),
    terminals: (session) => terminalsOf(parts, session),
    open: async (address, shell) => (await of(address)).open(address, shell),
    run: async (address, command) => (await of(address)).run(address, command),
    screens: (questions) => screensOf(parts, questions),
    outcome: async (address, id) => (await of(address)).outcome(address, id),
    cancel: async (address, id) => (await of(address)).cancel(address, id),
    input: async (address, text) => (await of(address)).input(address, text),
    endShell: async (address) => (await of(address)).endShell(address),
    interrupt: async (address) => (await of(address)).interrupt(address),
    exec: async (session, request) => (await to(session)).exec(session, request),
    read: async (session, path, limit) => (await to(session)).read(session, path, limit),
    write: async (session, file) => (await to(session)).write(session, file),
    replace: async (session, file) => (await to(session)).replace(session, file),
    list: async (session, path) => (await to(session)).list(session, path),
    dial: async (session, port, address) => (await to(session)).dial(session, port, address),
    recordings: (session) => recordingsOf(session === undefined ? pods.running : [session], connections),
    recording: async function* (session, name) {
      yield* (await to(session)).recording(session, name);
    },
    // What a pod takes is its node's.
    largest: async () => [],
    // Each session has files and terminals of its own.
    shortage: async () => undefined,
    confinement: async () => {
      const [session] = pods.running;
      return session === undefined ? NO_POD_YET : (await to(session)).confinement();
    },
    close: async (session) => {
      await keepRecordings(session, parts, options);
      await connections.forget(session);
      await registry.remove(session);
    },
    onEvent: (listener) => connections.onEvent(listener),
    disconnect: async () => {
      await pods.stop();
      await connections.close();
    },
  };
}

/** Of all, of those hosts that answer: one whose node is lost must not hide the others. */
async function terminalsOf({ pods, connections }: PodParts, session?: string): Promise<TerminalInfo[]> {
  const of = async (name: string): Promise<TerminalInfo[]> => (await connections.to(name)).terminals(name);
  if (session !== undefined) return pods.running.includes(session) ? of(session) : [];
  const found = await Promise.allSettled(pods.running.map(of));
  return found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

/**
 * Of those hosts that answer soon: whose answer comes later, or not at all, is left out and asked again once it has come, so that nobody
 * keeps the screens of the others back.
 */
async function screensOf(
  { pods, connections, asked }: PodParts,
  questions: readonly ScreenQuestion[],
): Promise<ScreenText[]> {
  const running = new Set(pods.running);
  const screenOf = async (question: ScreenQuestion): Promise<ScreenText[]> =>
    (await connections.to(question.session)).screens([question]);
  const answers = questions
    .filter(({ session }) => running.has(session) && !asked.has(session))
    .map(async (question) => {
      asked.add(question.session);
      const answer = screenOf(question)
        .catch((): ScreenText[] => [])
        .finally(() => asked.delete(question.session));
      return Promise.race([answer, wait(SCREEN_MS, [], { ref: false })]);
    });
  return (await Promise.all(answers)).flat();
}

async function recordingsOf(
  sessions: readonly string[],
  connections: PodConnections,
): Promise<RecordingInfo[]> {
  const found = await Promise.allSettled(
    sessions.map(async (session) => (await connections.to(session)).recordings(session)),
  );
  return found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

/** Brings the recordings of a session that ends to where the operator keeps them. */
async function keepRecordings(
  session: string,
  { pods, connections }: PodParts,
  { keptRecordings, report }: PodSessionHostOptions,
): Promise<void> {
  if (keptRecordings === undefined || !pods.running.includes(session)) return;
  try {
    const host = await connections.to(session);
    const folder = join(keptRecordings, `${session}-${Date.now()}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const { name } of await host.recordings(session))
      await pipeline(Readable.from(host.recording(session, name)), createWriteStream(join(folder, name)));
  } catch (error) {
    report(`The recordings of session ${session} could not be kept: ${String(error)}`);
  }
}

function withoutPod(session: string): TerminalError {
  const message = `Session ${session} was asked for without what its pod is made of.`;
  return new TerminalError(terminalErrorCodes.usage, message);
}

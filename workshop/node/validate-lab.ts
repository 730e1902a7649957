import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { unlessAborted, withDeadline } from "../../kubernetes/node/deadline.js";
import type { PageCompiler } from "./page-compiler.js";
import { type ReplayOptions, replayPages } from "./replay-pages.js";
import type { SessionSettings } from "./session-environment.js";
import type { SessionProvisioner } from "./session-provisioner.js";
import { createSession, endSession } from "./sessions.js";
import { setUpProblems } from "./set-up-problems.js";
import { type StepPlayer, directPlayer } from "./step-player.js";
import { type ValidatedStep, type ValidationReport, reportOf } from "./validation-report.js";

export interface ValidationParts {
  client: KubernetesClient;
  policies: PolicyAdministration;
  provisioner: SessionProvisioner;
  host: SessionHost;
  settings: SessionSettings;
  compiler: PageCompiler;
}

export interface ValidationOptions extends Omit<ReplayOptions, "onFailure"> {
  /** How the blocks of the session are taken, where it is not by the code that serves learners. */
  player?: (session: SessionResource) => Promise<StepPlayer>;
  /** A check that was true before its step fails the lab. */
  provesChecks?: boolean;
  /** Looks at the session once its pages are replayed, before it ends. */
  atEnd?: (session: SessionResource) => Promise<void>;
  /** Told of the first step that fails, before anything else is done in its session. Must not reject. */
  onFirstFailure?: (step: ValidatedStep, session: SessionResource) => Promise<void>;
  /** Told of a session that could not be ended. */
  onLeftBehind?: (session: string, why: unknown) => void;
  /** How long the session lasts; the lab's own time where absent. */
  minutes?: number;
  /** Whether cluster and session host end with the validation: nothing is asked of them then once it was stopped. */
  ownsPlatform?: boolean;
  /** The server process that rehearses on its own platform: its controller ends the session, also where this process dies over it. */
  rehearsal?: string;
}

/** A session takes a second; its parts have shorter deadlines of their own. */
const MAKING_MS = 2 * 60_000;
/** The calls it takes, each of which may take ten seconds; and what somebody waits who has stopped the validation. */
const ENDING_MS = 30_000;
const STOPPED_ENDING_MS = 5_000;

/**
 * Replays every page in order in a session of its own, through the code that serves learners, and ends the session.
 * Throws what the platform throws, and the signal's reason; a step that fails is part of the report.
 */
export async function validateLab(
  lab: Lab,
  parts: ValidationParts,
  options: ValidationOptions = {},
): Promise<ValidationReport> {
  const creating = createSession(parts.client, lab, {
    startedBy: "validate",
    server: parts.settings.server,
    rehearsal: options.rehearsal,
    ...(options.minutes === undefined ? {} : { minutes: options.minutes }),
  });
  // Whoever awaits it hears of a failure.
  creating.catch(() => undefined);
  const [replayed] = await Promise.allSettled([replay({ lab, parts, options, creating })]);
  // Otherwise what it was at when it failed is what counts.
  if (replayed.status === "fulfilled") options.onActivity?.("ending the session");
  const [ended] = await Promise.allSettled([endOf(creating, parts, options)]);
  if (replayed.status === "rejected") throw replayed.reason;
  if (ended.status === "rejected") throw ended.reason;
  return replayed.value;
}

interface Replay {
  lab: Lab;
  parts: ValidationParts;
  options: ValidationOptions;
  creating: Promise<SessionResource>;
}

async function replay({ lab, parts, options, creating }: Replay): Promise<ValidationReport> {
  const startedAt = new Date();
  const { signal } = options;
  options.onActivity?.("making the session");
  const session = await withDeadline(MAKING_MS, signal, async () =>
    parts.provisioner.provision(await creating, lab),
  );
  const problems = await setUpProblems(lab, session.metadata.name, parts.host);
  const player = (await options.player?.(session)) ?? directPlayer(parts, signal);
  const steps: ValidatedStep[] = [];
  const onFailure = async (step: ValidatedStep, isFirst: boolean): Promise<void> => {
    if (isFirst) await options.onFirstFailure?.(step, session);
  };
  const replayed = { lab, session, player, steps, problems };
  try {
    await replayPages(parts, replayed, { ...options, onFailure });
  } finally {
    problems.push(...(await player.close()));
  }
  await unlessAborted(options.atEnd?.(session) ?? Promise.resolve(), signal);
  return reportOf({ ...replayed, options, startedAt });
}

/** Ends the session, also one that is only just being made. */
async function endOf(
  creating: Promise<SessionResource>,
  { client, provisioner }: ValidationParts,
  { signal, ownsPlatform, rehearsal, onLeftBehind }: ValidationOptions,
): Promise<void> {
  const isStopped = signal?.aborted ?? false;
  if (isStopped && ownsPlatform) return;
  const session = await creating;
  const timeoutMs = isStopped ? STOPPED_ENDING_MS : ENDING_MS;
  const end = () => (rehearsal === undefined ? provisioner.end(session) : endSession(client, session));
  await withDeadline<unknown>(timeoutMs, undefined, end).catch((error: unknown) => {
    onLeftBehind?.(session.metadata.name, error);
    throw error;
  });
}

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import express from "express";
import { pino } from "pino";
import { unlessAborted, withDeadline } from "../../kubernetes/node/deadline.js";
import type { Lab } from "../../workshop/common/lab.js";
import { REPORTERS } from "../../workshop/node/reporters/reporter.js";
import type { ReporterName } from "../../workshop/node/reporters/reporter.js";
import { PagesAsRead } from "../../workshop/node/accept-outputs.js";
import { mutateLab } from "../../workshop/node/mutate-lab.js";
import { terminalMutant } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import type { ValidationOptions, ValidationParts } from "../../workshop/node/validate-lab.js";
import { exitStatusOf, withFlaky } from "../../workshop/node/validation-report.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import type { LecternServer } from "../compose.js";
import { allowedLabVariables, dataPaths, labVariables, readEnvironment } from "../config.js";
import type { ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { startInProcess } from "../in-process.js";
import { openListeners } from "../listeners.js";
import type { Listeners } from "../listeners.js";
import { endAll } from "../supervisor/end-all.js";
import { requireAvailable } from "../workshop/catalogue.js";
import { acceptOutputs } from "./accept-outputs.js";
import { onlyLabAt, readLab } from "./validated-lab.js";
import { fromHere, placed, placedMutant } from "./from-here.js";
import type { ChromiumPlayers } from "./in-chromium/chromium-players.js";
import { type BrowserFlags, openBrowser, playersOf } from "./in-chromium/validation-browser.js";
import { KeptFailures } from "./kept-failures.js";
import { type MemberFlags, membersOf } from "./member-flags.js";
import { shellsOf } from "./shell-flags.js";
import type { ShellFlags } from "./shell-flags.js";
import { ExitWith } from "./program.js";
import { copyRecordings, requireWritable, writeReport } from "./validation-files.js";
import { ValidationClock } from "./validation-clock.js";
import { liveLines, summaryOf } from "./validation-progress.js";
import { terminalText } from "./terminal-text.js";

export interface ValidateFlags extends ShellFlags, MemberFlags, BrowserFlags {
  checks?: string;
  reporter: ReporterName;
  out?: string;
  recordings?: string;
  kubeconfig?: string;
  labVariable?: string[];
  /** Milliseconds. */
  timeout?: number;
  environment: string;
  standIns: boolean;
  mutate?: boolean;
  /** Outputs that differ from what pages say are written there. */
  update?: boolean;
  /** A check that was true before its step is an error. */
  prove?: boolean;
  /** How often a lab that fails is replayed. */
  retryFlaky: number;
  /** Replays at once that leave a command out. */
  parallel: number;
}

/** Of the server and the processes under it, of which each is killed after a second or so. */
const STOPPING_MS = 10_000;
/** How many times its own duration a lab may take where its commands are left out one by one. */
const MUTATION_TIMES = 10;

/**
 * Replays the lab and tells the result. Throws `ExitWith` where a step failed, SERVER_TIMED_OUT, the signal's reason, and what the lab or
 * the platform throws; what it was at then has been told.
 */
export async function validate(path: string, flags: ValidateFlags, signal: AbortSignal): Promise<void> {
  requireWritable(flags);
  const variables = labVariables(allowedLabVariables(readEnvironment(), flags.labVariable) ?? []);
  const labPath = await onlyLabAt(path);
  const lab = await unlessAborted(readLab(labPath, variables, flags), signal);
  const place = fromHere(lab.source.folder);
  const pages = flags.update ? await PagesAsRead.of(lab) : undefined;
  const clock = new ValidationClock(place);
  const timeoutMs =
    flags.timeout ?? lab.minutes * 60_000 * (flags.mutate ? MUTATION_TIMES : 1 + flags.retryFlaky);
  try {
    const replayed = await clock.run(timeoutMs, signal, (until) =>
      replay(lab, { labPath, variables, place, flags, clock, signal: until }),
    );
    const report = placed(replayed, place);
    tell(report, flags);
    if (pages) await acceptOutputs(pages, replayed, { place, tell: tellProgress });
    if (exitStatusOf(report) !== 0) throw new ExitWith(exitStatusOf(report));
  } catch (error) {
    const isTold =
      error instanceof ServerError &&
      [serverErrorCodes.timedOut, serverErrorCodes.usage].some((code) => code === error.code);
    const isVerdict = error instanceof ExitWith && !signal.aborted;
    if (!isTold && !isVerdict) tellProgress(`The validation has stopped. ${clock.whereabouts()}`);
    throw error;
  }
}

interface Validation {
  labPath: string;
  variables: Record<string, string>;
  place: (file: string) => string;
  flags: ValidateFlags;
  clock: ValidationClock;
  signal: AbortSignal;
  /** Who click the blocks, where that was asked for. */
  players?: ChromiumPlayers | undefined;
}

/** 60 s: the files of one session are gone in a few. */
const REMOVAL_MS = 60_000;

async function replay(lab: Lab, validation: Validation): Promise<ValidationReport> {
  const data = mkdtempSync(join(tmpdir(), "lectern-validate-"));
  try {
    return await replayIn(data, lab, validation);
  } finally {
    // A lab may have left folders too deep for a path, which `rm` takes away step by step.
    const { status } = spawnSync("rm", ["-rf", "--", data], { stdio: "ignore", timeout: REMOVAL_MS });
    if (status !== 0)
      process.stderr.write(`${data} could not be removed: look at it, and remove it by hand.\n`);
  }
}

async function replayIn(data: string, lab: Lab, validation: Validation): Promise<ValidationReport> {
  const { labPath, variables, flags, signal } = validation;
  const shells = shellsOf(flags);
  const config: ServeConfig = {
    ...listensAt(shells),
    data,
    labs: [resolve(labPath)],
    labVariables: variables,
    ...(flags.checks === undefined ? {} : { labChecks: flags.checks }),
    maxSessions: flags.mutate ? flags.parallel : 1,
    logLevel: "warn",
    logTo: "files",
    keepRecordings: flags.recordings !== undefined,
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...shells,
    ...membersOf(flags),
  };
  const browser = await unlessAborted(openBrowser(flags), signal);
  const ends: (() => Promise<void>)[] = browser ? [() => browser.close()] : [];
  try {
    const running = await startInProcess({
      config,
      environment: readEnvironment(),
      log: pino({ level: "silent" }),
      report: tellProgress,
      signal,
    });
    ends.unshift(() => withDeadline(STOPPING_MS, undefined, () => running.stop()));
    requireAvailable(lab, running.server.abilities);
    const listening = await listen(running.server, config);
    ends.unshift(async () => listening.close(0));
    const players = browser && playersOf(browser, running.server, { url: listening.url, signal });
    return await replayWhole(lab, validationParts(running.server), { ...validation, players });
  } finally {
    await endAll(ends);
    if (flags.recordings !== undefined)
      copyRecordings(dataPaths(data).recordings, flags.recordings, tellProgress);
  }
}

async function replayWhole(
  lab: Lab,
  parts: ValidationParts,
  validation: Validation,
): Promise<ValidationReport> {
  const { flags, place } = validation;
  const report = await replayUntilSteady(lab, parts, validation);
  if (!flags.mutate) return report;
  if (report.outcome === "failed") {
    tellProgress("No command was left out, because the lab does not pass with all of them.");
    return report;
  }
  const mutants = await mutateLab(lab, parts, report, {
    ...replayOptions(validation),
    parallel: flags.parallel,
    onMutant: (mutant) => tellProgress(terminalMutant(placedMutant(mutant, place))),
  });
  return { ...report, mutants };
}

/** Again where a step fails, as often as was asked for: what then passes is told to be flaky. */
async function replayUntilSteady(
  lab: Lab,
  parts: ValidationParts,
  validation: Validation,
): Promise<ValidationReport> {
  const { flags, players, signal } = validation;
  const kept = flags.recordings === undefined ? undefined : new KeptFailures(flags.recordings);
  const picture = players && ((session: string) => players.picture(session));
  const options = (): ValidationOptions => ({
    ...optionsOf(validation),
    ...(players && { player: (session) => players.player(session) }),
    ...kept?.from({ clusters: parts, picture, signal }),
  });
  let report = await validateLab(lab, parts, options());
  for (let again = 0; again < flags.retryFlaky; again++) {
    if (report.steps.every(({ state }) => state !== "failed")) break;
    tellProgress("A step failed. The lab is replayed to see whether it fails again.");
    report = withFlaky(await validateLab(lab, parts, options()), report);
  }
  return kept?.toldIn(report) ?? report;
}

/** Where programs in pods were told to call, it is this process that answers. */
function listensAt({ pods }: Pick<ServeConfig, "pods">): Pick<ServeConfig, "host" | "port"> {
  if (pods?.url === undefined) return { host: "127.0.0.1", port: 0 };
  const { port } = new URL(pods.url);
  return { host: "0.0.0.0", port: port === "" ? 80 : Number(port) };
}

function optionsOf(validation: Validation): ValidationOptions {
  const { place, flags, clock } = validation;
  const toTerminal = flags.reporter === "terminal" || flags.out !== undefined;
  const live = liveLines(toTerminal ? process.stdout : process.stderr);
  return {
    ...replayOptions(validation),
    withoutStandIns: !flags.standIns,
    provesChecks: flags.prove ?? false,
    onStep: (step) => live({ ...step, file: place(step.file) }),
    onActivity: (activity) => clock.begin(activity),
  };
}

/** What holds for every replay of the lab. */
function replayOptions({ flags, signal }: Validation) {
  const ownsPlatform = flags.kubeconfig === undefined;
  return {
    environment: flags.environment,
    outputs: flags.update ? ("accept" as const) : ("compare" as const),
    onLeftBehind: (session: string, why: unknown) => {
      if (!ownsPlatform) tellProgress(leftBehind(session, why));
    },
    signal,
    ownsPlatform,
    ...(flags.timeout === undefined ? {} : { minutes: Math.ceil(flags.timeout / 60_000) }),
  };
}

function leftBehind(session: string, why: unknown): string {
  const reason = why instanceof Error ? why.message : String(why);
  return `The session ${session} could not be ended: ${reason.replace(/\.$/, "")}. End it with "kubectl delete session ${session}" when the cluster answers.`;
}

function validationParts({ platform }: LecternServer) {
  const { client, policies, provisioner, host, settings, compiler } = platform;
  return { client, policies: policies.service, provisioner, host, settings, compiler };
}

/** `tmc` in the lab's shells talks to the server as a learner's does. */
async function listen(lectern: LecternServer, config: ServeConfig): Promise<Listeners> {
  const listeners = await openListeners({
    config,
    application: express().use(lectern.router),
    handleUpgrade: (request, socket, head) => lectern.handleUpgrade(request, socket, head),
    lastLocalUrl: undefined,
    log: pino({ level: "silent" }),
  });
  lectern.listensAt(listeners.url);
  return listeners;
}

/** Throws SERVER_USAGE where the file cannot be written; the verdict has been told then. */
function tell(report: ValidationReport, { reporter, out }: ValidateFlags): void {
  if (reporter === "terminal" || out !== undefined) process.stdout.write(terminalText(summaryOf(report)));
  else process.stdout.write(terminalText(REPORTERS[reporter](report)));
  if (out !== undefined) writeReport(out, REPORTERS[reporter](report));
}

function tellProgress(line: string): void {
  process.stderr.write(`${terminalText(line)}\n`);
}

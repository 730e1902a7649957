import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import express from "express";
import { pino } from "pino";
import type { Lab } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { REPORTERS } from "../../workshop/node/reporters/reporter.js";
import type { ReporterName } from "../../workshop/node/reporters/reporter.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { exitStatusOf } from "../../workshop/node/validation-report.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import type { LecternServer } from "../compose.js";
import { dataPaths, labVariables, readEnvironment, sharedImages } from "../config.js";
import type { ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { labPathsAt } from "../labs.js";
import { startInProcess } from "../in-process.js";
import { fromHere, placed } from "./from-here.js";
import { ExitWith } from "./program.js";
import { liveLines, summaryOf } from "./validation-progress.js";

export interface ValidateFlags {
  checks?: string;
  reporter: ReporterName;
  out?: string;
  recordings?: string;
  kubeconfig?: string;
  labVariable?: string[];
  environment: string;
  standIns: boolean;
}

/** Replays the lab and tells the result. Throws `ExitWith` where a step failed, and what the lab or the platform throws. */
export async function validate(path: string, flags: ValidateFlags, signal: AbortSignal): Promise<void> {
  const checks = flags.checks === undefined ? {} : { checks: flags.checks };
  const labPath = await onlyLabAt(path);
  const variables = labVariables([...(readEnvironment().labVariables ?? []), ...(flags.labVariable ?? [])]);
  const lab = await loadLab(labPath, {
    imageFolders: [sharedImages],
    labVariables: Object.keys(variables),
    ...checks,
  });
  const place = fromHere(lab.source.folder);
  const report = placed(await replay(lab, { labPath, variables, place, flags, signal }), place);
  tell(report, flags);
  if (exitStatusOf(report) !== 0) throw new ExitWith(exitStatusOf(report));
}

/** A folder that holds one lab means that lab, as it does for `serve`. Throws SERVER_USAGE where it holds several. */
async function onlyLabAt(path: string): Promise<string> {
  const paths = await labPathsAt(path);
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return only;
  throw new ServerError(
    serverErrorCodes.usage,
    `${path} holds ${String(paths.length)} labs, and one is validated at a time: ${paths.join(", ")}`,
  );
}

interface Validation {
  labPath: string;
  variables: Record<string, string>;
  place: (file: string) => string;
  flags: ValidateFlags;
  signal: AbortSignal;
}

async function replay(
  lab: Lab,
  { labPath, variables, place, flags, signal }: Validation,
): Promise<ValidationReport> {
  const environment = readEnvironment();
  const data = mkdtempSync(join(tmpdir(), "lectern-validate-"));
  const config: ServeConfig = {
    port: 0,
    host: "127.0.0.1",
    data,
    labs: [resolve(labPath)],
    labVariables: variables,
    maxSessions: 1,
    logLevel: "warn",
    logTo: "files",
    keepRecordings: flags.recordings !== undefined,
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
  };
  const toTerminal = flags.reporter === "terminal" || flags.out !== undefined;
  const live = liveLines(toTerminal ? process.stdout : process.stderr);
  try {
    const log = pino({ level: "silent" });
    const running = await startInProcess({ config, environment, log, report: tellProgress, signal });
    const listening = await listen(running.server);
    signal.addEventListener("abort", () => void endCommands(running.server), { once: true });
    try {
      return await validateLab(lab, validationParts(running.server), {
        environment: flags.environment,
        withoutStandIns: !flags.standIns,
        onStep: (step) => live({ ...step, file: place(step.file) }),
        signal,
      });
    } finally {
      listening.close();
      await running.stop();
      if (flags.recordings !== undefined) copyRecordings(dataPaths(data).recordings, flags.recordings);
    }
  } finally {
    // A lab may have left folders too deep for a path, which `rm` takes away step by step.
    spawnSync("rm", ["-rf", "--", data], { stdio: "ignore" });
  }
}

/** A validation has one session: its recordings go into the folder as they are. */
function copyRecordings(kept: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const session of existsSync(kept) ? readdirSync(kept) : [])
    cpSync(join(kept, session), folder, { recursive: true });
}

/** Nobody waits for a command after Ctrl-C: its shell ends, and the lab with it. */
async function endCommands({ platform: { host } }: LecternServer): Promise<void> {
  const sessions = await host.sessions().catch(() => []);
  await Promise.all(sessions.map((session) => host.close(session).catch(() => undefined)));
}

function validationParts({ platform }: LecternServer) {
  const { client, policies, provisioner, host, settings, compiler } = platform;
  return { client, policies: policies.service, provisioner, host, settings, compiler };
}

/** `tmc` in the lab's shells talks to the server as a learner's does. */
async function listen(lectern: LecternServer): Promise<{ close(): void }> {
  const server = createServer(express().use(lectern.router));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  lectern.listensAt(`http://localhost:${String((server.address() as AddressInfo).port)}/`);
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function tell(report: ValidationReport, { reporter, out }: ValidateFlags): void {
  if (out !== undefined) writeFileSync(out, REPORTERS[reporter](report));
  if (reporter === "terminal" || out !== undefined) process.stdout.write(summaryOf(report));
  else process.stdout.write(REPORTERS[reporter](report));
}

function tellProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

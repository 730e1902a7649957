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
import { dataPaths, readEnvironment, sharedImages } from "../config.js";
import type { ServeConfig } from "../config.js";
import { startInProcess } from "../in-process.js";
import { ExitWith } from "./program.js";
import { liveLines, summaryOf } from "./validation-progress.js";

export interface ValidateFlags {
  checks?: string;
  reporter: ReporterName;
  out?: string;
  recordings?: string;
  kubeconfig?: string;
  environment: string;
  standIns: boolean;
}

/** Replays the lab and tells the result. Throws `ExitWith` where a step failed, and what the lab or the platform throws. */
export async function validate(labPath: string, flags: ValidateFlags, signal: AbortSignal): Promise<void> {
  const checks = flags.checks === undefined ? {} : { checks: flags.checks };
  const lab = await loadLab(labPath, { imageFolders: [sharedImages], ...checks });
  const report = await replay(lab, { labPath, flags, signal });
  tell(report, flags);
  if (exitStatusOf(report) !== 0) throw new ExitWith(exitStatusOf(report));
}

interface Validation {
  labPath: string;
  flags: ValidateFlags;
  signal: AbortSignal;
}

async function replay(lab: Lab, { labPath, flags, signal }: Validation): Promise<ValidationReport> {
  const environment = readEnvironment();
  const data = mkdtempSync(join(tmpdir(), "lectern-validate-"));
  const config: ServeConfig = {
    port: 0,
    host: "127.0.0.1",
    data,
    labs: [resolve(labPath)],
    maxSessions: 1,
    logLevel: "warn",
    logTo: "files",
    keepRecordings: flags.recordings !== undefined,
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
  };
  try {
    const log = pino({ level: "silent" });
    const running = await startInProcess({ config, environment, log, report: tellProgress, signal });
    const listening = await listen(running.server);
    signal.addEventListener("abort", () => void endCommands(running.server), { once: true });
    try {
      return await validateLab(lab, validationParts(running.server), {
        environment: flags.environment,
        withoutStandIns: !flags.standIns,
        onStep: liveLines(
          flags.reporter === "terminal" || flags.out !== undefined ? process.stdout : process.stderr,
        ),
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
  const { client, policies, provisioner, host, settings } = platform;
  return { client, policies: policies.service, provisioner, host, settings };
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

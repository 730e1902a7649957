import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import express from "express";
import { pino } from "pino";
import type { Lab } from "../../../workshop/common/lab.js";
import { loadLab } from "../../../workshop/node/load-lab.js";
import { REPORTERS, REPORTER_NAMES } from "../../../workshop/node/reporters/reporter.js";
import type { ReporterName } from "../../../workshop/node/reporters/reporter.js";
import { validateLab } from "../../../workshop/node/validate-lab.js";
import { exitStatusOf } from "../../../workshop/node/validation-report.js";
import type { ValidationReport } from "../../../workshop/node/validation-report.js";
import { readEnvironment, sharedImages } from "../../config.js";
import type { ServeConfig } from "../../config.js";
import { startInProcess } from "../../in-process.js";
import type { LecternServer } from "../../compose.js";
import { path } from "../options.js";
import { ExitWith, examplesText } from "../program.js";
import { cancelledBySignal } from "../signals.js";
import { liveLines, summaryOf } from "../validation-progress.js";

interface ValidateFlags {
  checks?: string;
  reporter: ReporterName;
  out?: string;
  kubeconfig?: string;
  environment: string;
  standIns: boolean;
}

const EXAMPLES = [
  "lectern validate content/my-lab",
  "lectern validate intro.md --checks intro.checks.yaml",
  "lectern validate content/my-lab --reporter junit --out report.xml",
  "lectern validate content/my-lab --kubeconfig ~/.kube/config",
];

/** `lectern validate`: replay a lab in a session of its own and say which steps pass. */
export function validateCommand(): Command {
  return new Command("validate")
    .description(
      "Replay every step of a lab. Status 0 passed, 1 a step failed, 2 the lab cannot be read, 3 the platform failed.",
    )
    .argument("<lab>", "a lab's folder, or one Markdown page")
    .option("--checks <file>", "use these checks instead of the lab's own", path)
    .addOption(
      new Option("--reporter <name>", "how to tell the result").choices(REPORTER_NAMES).default("terminal"),
    )
    .option("--out <file>", "write the report there and show progress here", path)
    .option("--kubeconfig <file>", "use this cluster instead of a temporary one", path)
    .option("--environment <name>", "leave out steps with skip=NAME", "ci")
    .option(
      "--no-stand-ins",
      "leave out what the checks do in place of a person, to see that the lab notices",
    )
    .addHelpText("after", examplesText(EXAMPLES))
    .action(async (labPath: string, flags: ValidateFlags) => {
      const lab = await loadLab(labPath, {
        imageFolders: [sharedImages],
        ...(flags.checks === undefined ? {} : { checks: flags.checks }),
      });
      const report = await cancelledBySignal((signal) => validate(lab, { labPath, flags, signal }));
      tell(report, flags);
      if (exitStatusOf(report) !== 0) throw new ExitWith(exitStatusOf(report));
    });
}

interface Validation {
  labPath: string;
  flags: ValidateFlags;
  signal: AbortSignal;
}

async function validate(lab: Lab, { labPath, flags, signal }: Validation): Promise<ValidationReport> {
  const environment = readEnvironment();
  const data = mkdtempSync(join(tmpdir(), "lectern-validate-"));
  const config: ServeConfig = {
    port: 0,
    host: "127.0.0.1",
    data,
    labs: [resolve(labPath)],
    maxSessions: 1,
    logLevel: "warn",
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
  };
  const report = (line: string) => process.stderr.write(`${line}\n`);
  try {
    const log = pino({ level: "silent" });
    const { server, stop } = await startInProcess({ config, environment, log, report });
    const listening = await listen(server);
    try {
      return await validateLab(lab, validationParts(server), {
        environment: flags.environment,
        withoutStandIns: !flags.standIns,
        onStep: liveLines(
          flags.reporter === "terminal" || flags.out !== undefined ? process.stdout : process.stderr,
        ),
        signal,
      });
    } finally {
      listening.close();
      await stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function validationParts({ platform }: LecternServer) {
  const { client, policies, provisioner, runner, settings } = platform;
  return { client, policies: policies.service, provisioner, runner, settings };
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

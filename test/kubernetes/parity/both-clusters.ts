import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { helmBinaries } from "../helm/binaries.js";
import type { RawRequest } from "./raw-request.js";
import { sendRaw } from "./raw-request.js";
import { normalised } from "./normalised.js";
import { countSteps } from "./step-count.js";
import type { Step } from "./step-count.js";

const COMMAND_DEADLINE_MS = 120_000;
const UNTIL_DEADLINE_MS = 90_000;
const POLL_MS = 100;

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a scenario does to one cluster; everything `run` does is compared with the other. */
export interface Session {
  /** A namespace of the scenario's own, the same on both clusters. */
  namespace: string;
  /** Runs kubectl, split at spaces, in the namespace, and keeps command and answer for the comparison. */
  run: (command: string | string[], input?: unknown) => Promise<Outcome>;
  /** Runs Helm of one of its two lines, split at spaces, in the namespace, and keeps command and answer for the comparison. */
  helm: (line: "helm3" | "helm4", command: string | string[]) => Promise<Outcome>;
  /** A folder of the scenario's own on this cluster, for what commands read; its name is not compared. */
  folder: string;
  /** Sends one HTTP request, and keeps it and its answer for the comparison. */
  send: (request: RawRequest) => Promise<void>;
  /** Like `run`, but kept out of the comparison. */
  quietly: (command: string | string[], input?: unknown) => Promise<Outcome>;
  /** Runs kubectl until its output matches; for what takes its time, and is not compared. */
  until: (command: string | string[], expected: RegExp) => Promise<void>;
  /** Has the first pod of a Job succeed: no process runs in it, and only kwok ends such pods by itself. */
  succeed: (job: string) => Promise<void>;
}

/** A suite of scenarios, left out where there is no real control plane. */
export function describeParity(title: string, scenarios: () => void): void {
  describe.skipIf(inject("clusters") === undefined)(title, scenarios);
}

/**
 * Runs a scenario on the embedded and on the real cluster and expects the same transcript, which must also match each
 * of `mustShow`, so that two clusters cannot agree on a failure of the test.
 */
export function sameOnBoth(
  title: string,
  scenario: (session: Session) => Promise<void>,
  mustShow: RegExp[],
): void {
  it(title, async ({ task }) => {
    const { embedded, real } = await playOnBoth(scenario);
    task.meta.parity = countSteps(embedded, real);
    const expected = textOf(real);
    for (const pattern of mustShow) expect(expected, "the real cluster").toMatch(pattern);
    expect(textOf(embedded)).toBe(expected);
  });
}

/**
 * Records where the embedded cluster is known to answer otherwise: any third answer fails, and one that has become the
 * real cluster's own is pointed out.
 */
export function knownDifference(
  title: string,
  scenario: (session: Session) => Promise<void>,
  answers: { embedded: RegExp; real: RegExp },
): void {
  it(`known difference: ${title}`, async ({ task }) => {
    const steps = await playOnBoth(scenario);
    task.meta.parity = { ...countSteps(steps.embedded, steps.real), difference: title };
    const [embedded, real] = [textOf(steps.embedded), textOf(steps.real)];
    expect(real).toMatch(answers.real);
    if (embedded === real) process.stderr.write(`gone, make it a scenario of sameOnBoth: ${title}\n`);
    else expect(embedded).toMatch(answers.embedded);
  });
}

async function playOnBoth(
  scenario: (session: Session) => Promise<void>,
): Promise<{ embedded: Step[]; real: Step[] }> {
  const clusters = inject("clusters");
  if (clusters === undefined) throw new Error("there is no real control plane to compare with");
  const [embedded, real] = await Promise.all([
    play(clusters.kubectl, clusters.embedded, scenario),
    play(clusters.kubectl, clusters.real, scenario),
  ]);
  return { embedded, real };
}

function textOf(steps: Step[]): string {
  return steps.map(({ text }) => text).join("\n");
}

let serial = 0;

async function play(
  kubectl: string,
  kubeconfig: string,
  scenario: (session: Session) => Promise<void>,
): Promise<Step[]> {
  serial += 1;
  const namespace = `parity-${process.pid}-${Math.ceil(serial / 2)}`;
  const home = mkdtempSync(join(tmpdir(), "lectern-parity-home-"));
  const steps: Step[] = [];
  const access = ["--kubeconfig", kubeconfig, "--namespace", namespace];
  const execute = (command: string | string[], input?: unknown) =>
    runProgram(kubectl, [...access, ...wordsOf(command)], { home, input });
  const keep = (program: string, command: string | string[], outcome: Outcome): Outcome => {
    const said = `${outcome.stdout}${outcome.stderr}[exit ${outcome.code}]`;
    const text = `$ ${program} ${wordsOf(command).join(" ")}\n${said}`.replaceAll(home, "FOLDER");
    steps.push({ code: outcome.code, text: normalised(text, namespace) });
    return outcome;
  };
  const session: Session = {
    namespace,
    quietly: execute,
    folder: home,
    run: async (command, input) => keep("kubectl", command, await execute(command, input)),
    helm: async (line, command) => {
      const program = join(await helmBinaries(), line);
      const outcome = await runProgram(program, [...access, ...wordsOf(command)], { home, input: undefined });
      return keep(line, command, outcome);
    },
    send: async (request) => {
      const answer = await sendRaw(kubeconfig, namespace, request);
      const asked = `${request.method} ${request.path} ${JSON.stringify(request.body)}`;
      steps.push({ code: 0, text: normalised(`> ${asked}\n${answer}`, namespace) });
    },
    until: (command, expected) => until(() => execute(command), { command, expected }),
    succeed: async (job) => {
      const get = `get pods -l job-name=${job} -o jsonpath={.items[0].metadata.name}/{.items[0].status.phase}`;
      await session.until(get, /Running|Succeeded/);
      const [name = ""] = (await execute(get)).stdout.split("/");
      const patch = JSON.stringify({ status: { phase: "Succeeded" } });
      await execute(["patch", "pod", name, "--subresource=status", "--type=merge", `--patch=${patch}`]);
    },
  };
  try {
    await session.quietly(`create namespace ${namespace}`);
    await session.until("get serviceaccount default", /default/);
    await scenario(session);
    return steps;
  } finally {
    await session.quietly(`delete namespace ${namespace} --wait=false`);
    rmSync(home, { recursive: true, force: true });
  }
}

function wordsOf(command: string | string[]): string[] {
  return typeof command === "string" ? command.split(" ") : command;
}

function runProgram(
  program: string,
  args: string[],
  { home, input }: { home: string; input: unknown },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { HOME: home, PATH: process.env["PATH"] }, timeout: COMMAND_DEADLINE_MS };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
    child.stdin?.end(
      input === undefined ? undefined : typeof input === "string" ? input : JSON.stringify(input),
    );
  });
}

async function until(
  execute: () => Promise<Outcome>,
  { command, expected }: { command: string | string[]; expected: RegExp },
): Promise<void> {
  const deadline = Date.now() + UNTIL_DEADLINE_MS;
  for (;;) {
    const { stdout, stderr } = await execute();
    if (expected.test(stdout)) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${String(command)} did not come to show ${String(expected)}; it shows ${stdout}${stderr}`,
      );
    }
    await sleep(POLL_MS);
  }
}

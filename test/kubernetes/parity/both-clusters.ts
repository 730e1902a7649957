import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { normalised } from "./normalised.js";

const COMMAND_DEADLINE_MS = 60_000;
const UNTIL_DEADLINE_MS = 30_000;
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
  it(title, async () => {
    const { embedded, real } = await playOnBoth(scenario);
    for (const expected of mustShow) expect(real, "the real cluster").toMatch(expected);
    expect(embedded).toBe(real);
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
  it(`known difference: ${title}`, async () => {
    const { embedded, real } = await playOnBoth(scenario);
    expect(real).toMatch(answers.real);
    if (embedded === real) process.stderr.write(`gone, make it a scenario of sameOnBoth: ${title}\n`);
    else expect(embedded).toMatch(answers.embedded);
  });
}

async function playOnBoth(
  scenario: (session: Session) => Promise<void>,
): Promise<{ embedded: string; real: string }> {
  const clusters = inject("clusters");
  if (clusters === undefined) throw new Error("there is no real control plane to compare with");
  const [embedded, real] = await Promise.all([
    play(clusters.kubectl, clusters.embedded, scenario),
    play(clusters.kubectl, clusters.real, scenario),
  ]);
  return { embedded, real };
}

let serial = 0;

async function play(
  kubectl: string,
  kubeconfig: string,
  scenario: (session: Session) => Promise<void>,
): Promise<string> {
  serial += 1;
  const namespace = `parity-${process.pid}-${Math.ceil(serial / 2)}`;
  const home = mkdtempSync(join(tmpdir(), "lectern-parity-home-"));
  const transcript: string[] = [];
  const execute = (command: string | string[], input?: unknown) => {
    const words = typeof command === "string" ? command.split(" ") : command;
    return runKubectl(kubectl, ["--kubeconfig", kubeconfig, "--namespace", namespace, ...words], {
      home,
      input,
    });
  };
  const session: Session = {
    namespace,
    quietly: execute,
    run: async (command, input) => {
      const outcome = await execute(command, input);
      const text = typeof command === "string" ? command : command.join(" ");
      transcript.push(`$ kubectl ${text}\n${outcome.stdout}${outcome.stderr}[exit ${outcome.code}]`);
      return outcome;
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
    return normalised(transcript.join("\n"), namespace);
  } finally {
    await session.quietly(`delete namespace ${namespace} --wait=false`);
    rmSync(home, { recursive: true, force: true });
  }
}

function runKubectl(
  kubectl: string,
  args: string[],
  { home, input }: { home: string; input: unknown },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { HOME: home, PATH: process.env["PATH"] }, timeout: COMMAND_DEADLINE_MS };
    const child = execFile(kubectl, args, options, (error, stdout, stderr) => {
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

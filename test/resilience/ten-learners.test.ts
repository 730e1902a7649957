import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findKubectl } from "../../cluster/kubectl-for-tests.js";
import { answersTo } from "../cluster/ask.js";
import { SCENARIOS } from "../cluster/container-scenarios.js";
import { type Kubectl, PATIENCE, begin, reaches, stateOf } from "../cluster/scenario-run.js";
import type { Scenario } from "../cluster/scenario.js";
import { SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: ten learners at once (${why})\n`);

/** One of each subject of a beginner's lab, each in the namespace of a learner. */
const TEN = [
  "logs of all containers",
  "a log that is followed to its end",
  "a command with its input",
  "a folder that is copied out of a pod and back",
  "a port that is forwarded",
  "a crash again and again",
  "a life that a probe ends",
  "a Job of three, two at a time",
  "init containers one after the other",
  "a sidecar that ends after the others",
];

describe.skipIf(why !== undefined)("scenarios of ten learners", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  });
  afterAll(async () => {
    await cluster?.close();
  });

  it("come out at the same time as they do alone", async () => {
    for (const name of TEN) await play(name, "alone");
    await Promise.all(TEN.map((name) => play(name, "together")));
    for (const name of TEN)
      // What crashes is between two states at times, and some of what is told comes a moment later.
      await vi.waitFor(async () => {
        const [alone, together] = await Promise.all([outcomeOf(name, "alone"), outcomeOf(name, "together")]);
        expect(together, name).toEqual(alone);
      }, PATIENCE);
  });

  const kubectl: Kubectl = (args, input) => cluster.kubectl.run(args, input);
  /** Brings a scenario to where it is looked at. */
  async function play(name: string, learner: string): Promise<void> {
    await begin(kubectl, spaceOf(name, learner), scenarioOf(name));
    await reaches(kubectl, spaceOf(name, learner), scenarioOf(name));
  }

  async function outcomeOf(name: string, learner: string): Promise<object> {
    const scenario = scenarioOf(name);
    const client = { kubectl: findKubectl() ?? "", kubeconfig: cluster.kubectl.cluster.kubeconfigPath };
    const answers = await answersTo(scenario.asks ?? [], spaceOf(name, learner), client, scenario);
    return { answers, state: await stateOf(kubectl, spaceOf(name, learner), scenario) };
  }
});

function spaceOf(name: string, learner: string): string {
  return `${learner}-${String(TEN.indexOf(name))}`;
}

function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) throw new Error(`there is no scenario ${JSON.stringify(name)}`);
  return scenario;
}

import type { ProvisioningStep } from "../common/api.js";

const STEPS = {
  namespace: "Make the namespace",
  access: "Give access to it",
  policies: "Set up the image policies",
  files: "Lay out the files",
  terminal: "Start the terminals",
} as const;

/** Those of a session with a cluster of its own, in which no image policies hold. */
const OWN_CLUSTER_STEPS: Readonly<Record<Exclude<StepName, "policies">, string>> = {
  namespace: "Start a cluster of its own",
  access: "Give access to it",
  files: STEPS.files,
  terminal: STEPS.terminal,
};

export type StepName = keyof typeof STEPS;

/** The steps of making one session as they happen, with their times. */
export class ProvisioningSteps {
  readonly #steps: ProvisioningStep[];
  readonly #onChange: () => void;

  constructor(onChange: () => void, hasOwnCluster: boolean) {
    this.#steps = waitingSteps(hasOwnCluster);
    this.#onChange = onChange;
  }

  /** A copy of where things stand. */
  get current(): ProvisioningStep[] {
    return this.#steps.map((step) => ({ ...step }));
  }

  /** The titles of those that were begun and are not done, each with what went wrong last. */
  get unfinished(): string[] {
    return this.#steps
      .filter(({ state }) => state === "running" || state === "failed")
      .map(({ title, message }) => (message === undefined ? title : `${title} (${message})`));
  }

  /** Runs one step, also again, and writes down how it went; rethrows what went wrong. */
  async run<Result>(name: StepName, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    this.#change(name, { state: "running" });
    try {
      const result = await work();
      this.#change(name, { state: "done", durationMs: Math.round(performance.now() - started) });
      return result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#change(name, { state: "failed", durationMs: Math.round(performance.now() - started), message });
      throw error;
    }
  }

  /** Says beside a step what it waits for. */
  note(name: StepName, message: string): void {
    this.#change(name, { message });
  }

  #change(name: StepName, change: Partial<ProvisioningStep>): void {
    const step = this.#steps.find((candidate) => candidate.name === name);
    // What went wrong before stands beside it while it is tried again.
    if (step && change.state === "done") delete step.message;
    if (step) Object.assign(step, change);
    this.#onChange();
  }
}

/** What a session shows before anything was done. */
export function waitingSteps(hasOwnCluster = false): ProvisioningStep[] {
  return Object.entries(hasOwnCluster ? OWN_CLUSTER_STEPS : STEPS).map(([name, title]) => ({
    name,
    title,
    state: "waiting",
  }));
}

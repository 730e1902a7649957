import { numberAt, recordAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Clock } from "../controllers/clock.js";
import { aboutContainer } from "../controllers/container-field.js";
import type { EventRecorder, EventText } from "../controllers/event-recorder.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { performAction } from "./container-action.js";
import type { ContainerRecord } from "./container-record.js";
import { podEvents } from "./pod-events.js";

type ProbeKind = "startup" | "liveness" | "readiness";

const TITLES: Record<ProbeKind, string> = {
  startup: "Startup",
  liveness: "Liveness",
  readiness: "Readiness",
};

export interface ContainerProbesOptions {
  runtime: ContainerRuntime;
  recorder: EventRecorder;
  clock: Clock;
  /** Whether a container is started or ready has changed. */
  onChange: (pod: Pod) => void;
  /** The container has to be ended, for it is not healthy. */
  onDeath: (pod: Pod, container: Container) => void;
}

/** Looks at running containers as their probes say, and keeps in their records whether they are started and ready. */
export class ContainerProbes {
  readonly #options: ContainerProbesOptions;

  constructor(options: ContainerProbesOptions) {
    this.#options = options;
  }

  /** Looks until the record's `stopProbes`, or the end of the attempt. A probe there is not has succeeded. */
  start(pod: Pod, container: Container, record: ContainerRecord): void {
    const probes = (["startup", "liveness", "readiness"] as const).map(
      (kind) => [kind, recordAt(container, `${kind}Probe`)] as const,
    );
    const has = (wanted: ProbeKind): boolean => probes.some(([kind, probe]) => kind === wanted && probe);
    record.isStarted = record.isStarted || !has("startup");
    record.isReady = record.isStarted && (!has("readiness") || record.isReady);
    const cancels = probes.map(
      ([kind, probe]) => probe && this.#run({ pod, container, record, kind, probe }),
    );
    record.stopProbes = () => {
      for (const cancel of cancels) cancel?.();
    };
  }

  #run(subject: {
    pod: Pod;
    container: Container;
    record: ContainerRecord;
    kind: ProbeKind;
    probe: JsonObject;
  }): () => void {
    const { record, kind, probe } = subject;
    const seconds = (field: string, fallback: number): number => numberAt(probe, field, fallback) * 1000;
    const runtimeId = record.runtimeId ?? "";
    const counts = { successes: 0, failures: 0 };
    let isOver = false;
    let cancel: (() => void) | undefined;
    const again = (delayMs: number): void => {
      if (isOver) return;
      cancel = this.#options.clock.after(delayMs, () => void look());
    };
    const look = async (): Promise<void> => {
      const isDue = kind === "startup" ? !record.isStarted : record.isStarted;
      if (isDue) {
        const why = await this.#failure(subject, runtimeId, seconds("timeoutSeconds", 1));
        if (isOver || record.runtimeId !== runtimeId || !record.isRunning) return;
        counts.successes = why === undefined ? counts.successes + 1 : 0;
        counts.failures = why === undefined ? 0 : counts.failures + 1;
        if (this.#judge(subject, counts, why)) return;
      }
      again(seconds("periodSeconds", 10));
    };
    again(seconds("initialDelaySeconds", 0));
    return () => {
      isOver = true;
      cancel?.();
    };
  }

  async #failure(
    { pod, container, probe }: { pod: Pod; container: Container; probe: JsonObject },
    runtimeId: string,
    timeoutMs: number,
  ): Promise<string | undefined> {
    const { runtime } = this.#options;
    const address = pod.status?.podIP ?? "";
    const target = { runtime, container, sandbox: pod.metadata.uid ?? "", runtimeId, address };
    try {
      await performAction(target, probe, timeoutMs);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Draws the conclusion from the last look; true when there is nothing more to look at. */
  #judge(
    {
      pod,
      container,
      record,
      kind,
      probe,
    }: { pod: Pod; container: Container; record: ContainerRecord; kind: ProbeKind; probe: JsonObject },
    { successes, failures }: { successes: number; failures: number },
    why: string | undefined,
  ): boolean {
    const { recorder, onChange, onDeath } = this.#options;
    const tell = (text: EventText): void => recorder.record(pod, aboutContainer(pod, container.name, text));
    if (why !== undefined) tell(podEvents.unhealthy(TITLES[kind], why));
    const isGood = successes >= numberAt(probe, "successThreshold", 1);
    const isBad = failures >= numberAt(probe, "failureThreshold", 3);
    if (isBad && kind !== "readiness") {
      tell(podEvents.killedFor(container.name, kind));
      onDeath(pod, container);
      return true;
    }
    const before = [record.isStarted, record.isReady];
    if (kind === "startup" && isGood) {
      record.isStarted = true;
      record.isReady = recordAt(container, "readinessProbe") === undefined;
    }
    if (kind === "readiness" && (isGood || isBad)) record.isReady = isGood;
    if (before[0] !== record.isStarted || before[1] !== record.isReady) onChange(pod);
    return kind === "startup" && record.isStarted;
  }
}

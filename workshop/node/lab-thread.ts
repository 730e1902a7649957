import { Worker } from "node:worker_threads";
import { ThreadDeadline } from "../../processes/node/thread-deadline.js";
import type { CompiledPage, PageSurroundings } from "../common/render-page.js";
import { type WorkshopErrorCode, WorkshopError } from "../common/errors.js";
import type { Lab, LabPage } from "../common/lab.js";
import type { Variables } from "../common/variables.js";
import type { LoadOptions } from "./load-lab.js";

/** What the thread is asked for. Plain data, as is what it answers. */
export type LabJob =
  | { kind: "load"; path: string; options: LoadOptions }
  | { kind: "compile"; lab: PageSurroundings; page: LabPage; variables: Variables };

/** What the thread says: that it is there, with its number in the kernel, and how each job went. */
export type LabAnswer =
  | { kind: "ready"; task?: number }
  | { kind: "done"; result: unknown }
  | { kind: "failed"; message: string; code?: WorkshopErrorCode };

/** 256 MiB: a lab and its compiled pages are some megabytes. */
const HEAP_MIB = 256;
/** Reading the compiler's own code, on a machine that is busy with other things. */
const START_MS = 30_000;

interface LabWorker {
  worker: Worker;
  task?: number;
}

/** What became of a job that was not done. */
export class LabThreadError extends Error {
  override readonly name = "LabThreadError";
  /** Whether the time was over; otherwise the thread fell. */
  readonly isLate: boolean;

  constructor(message: string, isLate = false) {
    super(message);
    this.isLate = isLate;
  }
}

/**
 * Does the work that labs ask for in a thread of its own, one job after the other, each until a deadline: whatever a lab says, nobody
 * else waits for it. A thread that takes too long or falls is replaced by a new one with the next job.
 */
export class LabThread {
  readonly #file: string;
  #worker: Promise<LabWorker> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** The compiled `lab-thread-entry.js`. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Throws what `loadLab` throws, and LabThreadError. */
  load(path: string, options: LoadOptions, deadlineMs: number): Promise<Lab> {
    return this.#queue({ kind: "load", path, options }, deadlineMs) as Promise<Lab>;
  }

  /** Throws LabThreadError. */
  compile(
    job: Omit<Extract<LabJob, { kind: "compile" }>, "kind">,
    deadlineMs: number,
  ): Promise<CompiledPage> {
    return this.#queue({ kind: "compile", ...job }, deadlineMs) as Promise<CompiledPage>;
  }

  async close(): Promise<void> {
    const started = await this.#worker?.catch(() => undefined);
    await started?.worker.terminate();
  }

  #queue(job: LabJob, deadlineMs: number): Promise<unknown> {
    const done = this.#last.then(() => this.#do(job, deadlineMs));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #do(job: LabJob, deadlineMs: number): Promise<unknown> {
    this.#worker ??= startWorker(this.#file);
    try {
      const started = await this.#worker;
      const answer = await nextAnswer(started, deadlineMs, () => started.worker.postMessage(job));
      if (answer.kind === "done") return answer.result;
      throw answer.kind === "failed" ? refusal(answer) : new LabThreadError("it gave no answer");
    } catch (error) {
      if (error instanceof LabThreadError) {
        const broken = this.#worker;
        this.#worker = undefined;
        await broken?.then(({ worker }) => worker.terminate()).catch(() => undefined);
      }
      throw error;
    }
  }
}

function refusal({ message, code }: Extract<LabAnswer, { kind: "failed" }>): Error {
  return code === undefined ? new Error(message) : new WorkshopError(code, message);
}

async function startWorker(file: string): Promise<LabWorker> {
  const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
  // What ends it is told to whoever waits for an answer.
  worker.on("error", () => undefined);
  worker.unref();
  const ready = await nextAnswer({ worker }, START_MS);
  return ready.kind === "ready" && ready.task !== undefined ? { worker, task: ready.task } : { worker };
}

/** Throws LabThreadError where the thread falls, or the deadline passes, before it answers. */
function nextAnswer({ worker, task }: LabWorker, deadlineMs: number, ask?: () => void): Promise<LabAnswer> {
  return new Promise<LabAnswer>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      deadline.stop();
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      finish();
    };
    const fail = (why: string, isLate = false): void => settle(() => reject(new LabThreadError(why, isLate)));
    const onMessage = (answer: LabAnswer): void => settle(() => resolve(answer));
    const onError = (error: Error): void => fail(error.message);
    const onExit = (): void => fail("it asked for more memory than it may have");
    const late = `it took longer than ${deadlineMs / 1000} s`;
    const deadline = new ThreadDeadline(() => fail(late, true));
    deadline.start(deadlineMs, task);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    ask?.();
  });
}

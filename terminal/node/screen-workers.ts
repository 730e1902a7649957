import type { Worker } from "node:worker_threads";
import type { ScreenSize } from "../common/size-history.js";
import { startScreenWorker } from "./start-screen-worker.js";
import { ThreadDeadline } from "../../processes/node/thread-deadline.js";

/** Threads that all screens of a host share: one that is busy with a hostile program leaves the other to half of the class. */
const WORKERS = 2;
/** A turn of a job ends after milliseconds, and with one snapshot or the worst KiB of output a second later on the slowest machine. */
const DEADLINE_MS = 5_000;
/** Time a thread has to start, and the pause before the next one after one that could not. */
const START_MS = 30_000;
const RETRY_MS = 1_000;
/** Heap of one worker; a thousand full screens of ordinary size take half of it. */
const HEAP_MEGABYTES = 512;

/** Work on one screen; one that is unfinished when its turn ends goes on with the next job of the screen, which brings nothing new. */
export interface ScreenJob {
  screen: number;
  /** Set for the first job of a screen, and after its worker was replaced. */
  create?: ScreenSize;
  /** Output and changes of size, in order. */
  steps: (Uint8Array<ArrayBuffer> | ScreenSize)[];
  wantsSnapshot: boolean;
  /** Asks for what stands on the screen as plain lines. */
  wantsText?: boolean;
  /** The screen is not needed any more. */
  ends?: boolean;
}

export interface ScreenReply {
  /** The screen's turn ended before the job did. */
  isUnfinished?: boolean;
  /** What programs are to be told. */
  answers: string;
  scrollsWhole: boolean;
  snapshot?: Uint8Array<ArrayBuffer>;
  text?: string[];
}

/** The first word of a thread. */
export interface ScreenThreadReady {
  isReady: true;
  /** Its number in the kernel, by which its waiting for a processor is known. */
  task: number | undefined;
}

/** A screen as its worker sees it. */
export interface ScreenClient {
  /** The next piece of work; `undefined` where there is none. */
  nextJob(): ScreenJob | undefined;
  finish(reply: ScreenReply): void;
  /** The worker is gone with everything it knew; `isCause` where this screen's job was under way. */
  lose(isCause: boolean): void;
}

export interface ScreenWorkersOptions {
  workers?: number;
  deadlineMs?: number;
  heapMegabytes?: number;
  /** Told in words when a worker had to be replaced. */
  onReplaced?: (reason: string) => void;
}

/** Keeps the screens of all terminals in threads of their own, and replaces a thread that died or does not answer. */
export class ScreenWorkers {
  readonly #options: ScreenWorkersOptions;
  readonly #workers: ScreenWorker[];
  #count = 0;

  constructor(options: ScreenWorkersOptions = {}) {
    this.#options = options;
    this.#workers = Array.from({ length: options.workers ?? WORKERS }, () => new ScreenWorker(this.#options));
  }

  /** Resolves when every thread has started or failed to once, so that no reader waits for it; a failed one is tried again. */
  async started(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.started));
  }

  /** Gives a screen to the worker that has fewest. */
  join(client: ScreenClient): { screen: number; worker: ScreenWorker } {
    const [worker] = this.#workers.toSorted((left, right) => left.screens - right.screens);
    if (!worker) throw new Error("there are no screen workers");
    worker.add(client);
    return { screen: this.#count++, worker };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

/** One thread with the screens that are in it; they take turns, one job each. */
export class ScreenWorker {
  readonly #options: ScreenWorkersOptions;
  readonly #clients = new Set<ScreenClient>();
  readonly #waiting = new Set<ScreenClient>();
  /** Settles with the first attempt to start a thread, however that ends. */
  readonly started: Promise<void>;
  readonly #deadline = new ThreadDeadline(() => this.#replace("it did not answer in time"));
  #settleStart: () => void = () => undefined;
  #thread: Worker | undefined;
  #task: number | undefined;
  #current: ScreenClient | undefined;
  #isReady = false;
  #isPausing = false;
  #isClosed = false;

  constructor(options: ScreenWorkersOptions) {
    this.#options = options;
    this.started = new Promise((resolve) => (this.#settleStart = resolve));
    this.#start();
  }

  get screens(): number {
    return this.#clients.size;
  }

  add(client: ScreenClient): void {
    this.#clients.add(client);
  }

  remove(client: ScreenClient): void {
    this.#clients.delete(client);
    this.request(client);
  }

  /** The screen has work; it is asked for it when its turn comes. */
  request(client: ScreenClient): void {
    this.#waiting.add(client);
    this.#next();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#deadline.stop();
    this.#settleStart();
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #next(): void {
    if (this.#isPausing || this.#current) return;
    for (const client of this.#waiting) {
      if (this.#isClosed) return;
      if (!this.#isReady) return this.#start();
      this.#waiting.delete(client);
      const job = client.nextJob();
      if (!job) continue;
      this.#current = client;
      this.#deadline.start(this.#options.deadlineMs ?? DEADLINE_MS, this.#task);
      const moved = job.steps.flatMap((step) => (step instanceof Uint8Array ? [step.buffer] : []));
      this.#thread?.postMessage(job, moved);
      return;
    }
  }

  #start(): void {
    if (this.#thread) return;
    const thread = startScreenWorker({
      maxOldGenerationSizeMb: this.#options.heapMegabytes ?? HEAP_MEGABYTES,
    });
    this.#thread = thread;
    thread.unref();
    this.#deadline.start(START_MS);
    thread.on("message", (reply: ScreenReply | ScreenThreadReady) => {
      if (thread !== this.#thread) return;
      this.#deadline.stop();
      if ("isReady" in reply) this.#welcome(reply);
      else this.#finish(reply);
      this.#next();
    });
    thread.on("error", (error) => {
      if (thread === this.#thread) this.#replace(error.message);
    });
    thread.on("exit", () => {
      if (thread === this.#thread) this.#replace("it ended");
    });
  }

  #welcome({ task }: ScreenThreadReady): void {
    this.#task = task;
    this.#isReady = true;
    this.#settleStart();
  }

  #finish(reply: ScreenReply): void {
    const client = this.#current;
    this.#current = undefined;
    client?.finish(reply);
    if (client) this.#waiting.add(client);
  }

  #replace(reason: string): void {
    this.#deadline.stop();
    this.#settleStart();
    this.#options.onReplaced?.(
      `A screen worker was replaced: ${reason}. ${this.#clients.size} screens are read again.`,
    );
    const thread = this.#thread;
    const cause = this.#current;
    this.#isPausing = !this.#isReady;
    if (this.#isPausing) setTimeout(() => this.#endPause(), RETRY_MS).unref();
    this.#thread = undefined;
    this.#isReady = false;
    this.#current = undefined;
    void thread?.terminate();
    for (const client of this.#clients) client.lose(client === cause);
    if (!this.#isPausing) this.#start();
  }

  #endPause(): void {
    this.#isPausing = false;
    this.#next();
  }
}

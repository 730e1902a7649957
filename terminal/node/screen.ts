import type { ReplayBuffer } from "../common/replay-buffer.js";
import type { SizeChange, SizeHistory } from "../common/size-history.js";
import type { StreamScanner } from "../common/stream-scanner.js";
import { SCROLLBACK_LINES } from "./emulator.js";
import { RateLimit } from "./rate-limit.js";
import type { ScreenClient, ScreenJob, ScreenReply, ScreenWorker, ScreenWorkers } from "./screen-workers.js";

/** Bytes of one job; about 3 ms of ordinary output. */
const JOB_BYTES = 65_536;
/** Output with sequences in it that waits before it is parsed without anybody asking for the screen. */
const PARSE_AT = 65_536;
/** Plain lines that wait; beyond, all but the last ones are left out. */
const SKIP_AT = 524_288;
/** Output that is not parsed yet at which the shell is held; below what the replay buffer keeps. */
const HOLD_AT = 786_432;
/** Bytes of a snapshot that is kept for the next viewer of an unchanged screen. */
const KEPT_SNAPSHOT_BYTES = 1_048_576;
/**
 * Bytes a program is told. Editors ask a few dozen questions of some bytes each when they start; one that asks without end would keep
 * its screen's thread from the other screens, and feed itself. What is beyond is not answered, and nothing is parsed for it.
 */
const ANSWERS = { burst: 32_768, perSecond: 8_192 };
const LOST_SCREEN = new TextEncoder().encode("[what was here before could not be shown and was dropped]\r\n");

/** What a screen reads. */
export interface ScreenSource {
  readonly replay: ReplayBuffer;
  readonly scanner: StreamScanner;
  readonly sizes: SizeHistory;
  /** What the program at the terminal is told. */
  answer(text: string): void;
  /** More was parsed. */
  progress(): void;
}

/** A screen as text, the position in the stream at which it stood so, and the size it had. */
export interface Snapshot {
  bytes: Uint8Array;
  position: number;
  size: SizeChange;
}

interface Wish<Value> {
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
}

/**
 * The screen of one terminal, kept by an emulator in a worker: a reader of the output like others. It parses when a
 * program asks something, when a viewer wants the screen, or when enough has come. Of a flood of plain lines it reads
 * only the last, as many as the screen and its scrollback hold, which gives the same screen.
 */
export class Screen implements ScreenClient {
  readonly #source: ScreenSource;
  readonly #worker: ScreenWorker;
  readonly #screen: number;
  readonly #answers: RateLimit;
  readonly #wishes: Wish<Snapshot>[] = [];
  readonly #textWishes: Wish<readonly string[]>[] = [];
  /** Position up to which the emulator has the output, and the size it has. */
  #parsed = 0;
  #size: SizeChange | undefined;
  /** Up to here answers were given; what is read again is not answered again. */
  #answered = 0;
  #scrollsWhole = true;
  #isDropped = false;
  #isAsked = false;
  #state: "live" | "ending" | "ended" = "live";
  /** The job under way: up to where it goes, and what it answers. */
  #job:
    | { end: number; size: SizeChange; texts: number; wantsSnapshot: boolean; wantsText: boolean }
    | undefined;
  #last: Snapshot | undefined;

  /** `now` is the clock, for tests. */
  constructor(source: ScreenSource, workers: ScreenWorkers, now: () => number = Date.now) {
    this.#source = source;
    this.#answers = new RateLimit(ANSWERS, now);
    const { screen, worker } = workers.join(this);
    this.#screen = screen;
    this.#worker = worker;
  }

  /** Whether so much is not parsed that the shell must be held. */
  get isBehind(): boolean {
    return this.#source.replay.end - this.#parsed > HOLD_AT;
  }

  /** Looks at what has come; called for every piece of output. */
  follow(wasAsked: boolean): void {
    if (wasAsked && this.#answers.take(1)) this.#isAsked = true;
    if (this.#needsWork()) this.#worker.request(this);
  }

  /** The screen once everything until now is on it. */
  snapshot(): Promise<Snapshot> {
    return this.#wish(this.#wishes);
  }

  /** What stands on the screen, line by line without colours, once everything until now is on it. */
  text(): Promise<readonly string[]> {
    return this.#wish(this.#textWishes);
  }

  #wish<Value>(wishes: Wish<Value>[]): Promise<Value> {
    if (this.#state !== "live") return Promise.reject(new Error("the terminal is closed"));
    return new Promise((resolve, reject) => {
      wishes.push({ resolve, reject });
      this.#worker.request(this);
    });
  }

  get #isWanted(): boolean {
    return this.#wishes.length + this.#textWishes.length > 0;
  }

  /** Forgets the screen. */
  dispose(): void {
    if (this.#state !== "live") return;
    this.#state = "ending";
    const closed = new Error("the terminal was closed");
    for (const { reject } of [...this.#wishes.splice(0), ...this.#textWishes.splice(0)]) reject(closed);
    this.#worker.remove(this);
  }

  nextJob(): ScreenJob | undefined {
    if (this.#state !== "live") return this.#endingJob();
    if (this.#job) {
      const { wantsSnapshot, wantsText } = this.#job;
      return { screen: this.#screen, steps: [], wantsSnapshot, wantsText };
    }
    const { replay, scanner, sizes } = this.#source;
    this.#skipLines();
    if (!this.#needsWork()) return undefined;
    if (this.#parsed < replay.start) this.#readAgain();
    const target = scanner.safePosition;
    if (this.#last?.position === target && this.#last.size === sizes.current) {
      this.#deliver(this.#last);
      if (!this.#needsWork()) return undefined;
    }
    return this.#takeJob(target);
  }

  #takeJob(target: number): ScreenJob {
    const { sizes } = this.#source;
    const create = this.#size ? undefined : sizes.at(this.#parsed);
    this.#size ??= sizes.at(this.#parsed);
    const steps: ScreenJob["steps"] = create && this.#isDropped ? [LOST_SCREEN.slice()] : [];
    const isWanted = this.#isWanted || this.#isAsked;
    const end = this.#collect(steps, isWanted ? target : this.#unaskedTarget(target));
    const wantsSnapshot = this.#wishes.length > 0 && end === target;
    const wantsText = this.#textWishes.length > 0 && end === target;
    if (end === target) this.#isAsked = false;
    this.#job = { end, size: this.#size, texts: this.#textWishes.length, wantsSnapshot, wantsText };
    return { screen: this.#screen, ...(create && { create }), steps, wantsSnapshot, wantsText };
  }

  finish({ isUnfinished, answers, scrollsWhole, snapshot, text }: ScreenReply): void {
    if (!this.#job || isUnfinished) return;
    const { end, size, texts } = this.#job;
    this.#job = undefined;
    this.#last = undefined;
    this.#scrollsWhole = scrollsWhole;
    if (answers && end > this.#answered && this.#answers.take(answers.length)) this.#source.answer(answers);
    this.#answered = Math.max(this.#answered, end);
    this.#parsed = end;
    if (snapshot) this.#deliver({ bytes: snapshot, position: end, size });
    // Who asked since the job was given out is told what has come since.
    if (text) for (const { resolve } of this.#textWishes.splice(0, texts)) resolve(text);
    this.#source.progress();
  }

  lose(isCause: boolean): void {
    this.#job = undefined;
    this.#isDropped ||= isCause;
    this.#readAgain();
    if (isCause) this.#parsed = this.#source.scanner.safePosition;
    if (this.#needsWork()) this.#worker.request(this);
    this.#source.progress();
  }

  /** From the oldest output that is kept, so what is on the screen since before that is missing. */
  #readAgain(): void {
    this.#parsed = this.#source.replay.firstLine();
    this.#size = undefined;
    this.#last = undefined;
    this.#scrollsWhole = true;
  }

  #needsWork(): boolean {
    if (this.#isWanted || this.#state !== "live") return true;
    const { replay, scanner } = this.#source;
    if (this.#isAsked && this.#parsed < scanner.safePosition) return true;
    const waiting = replay.end - this.#parsed;
    return waiting >= (this.#parsed < scanner.plainFrom ? PARSE_AT : SKIP_AT);
  }

  /** Plain lines at the end are left for later: they may be skipped. */
  #unaskedTarget(target: number): number {
    const { plainFrom } = this.#source.scanner;
    return this.#parsed < plainFrom ? Math.min(plainFrom, target) : target;
  }

  /** Enough plain lines move everything before them out of screen and scrollback, whatever it was. */
  #skipLines(): void {
    const { replay, scanner, sizes } = this.#source;
    const isPlain = this.#parsed >= scanner.plainFrom && this.#parsed >= sizes.current.position;
    if (!isPlain || !this.#scrollsWhole || replay.end - this.#parsed < SKIP_AT) return;
    const from = replay.lineEndBefore(SCROLLBACK_LINES + sizes.current.rows);
    if (from !== undefined && from > this.#parsed) this.#parsed = from;
  }

  /** Takes output and changes of size in order; returns up to where. */
  #collect(steps: ScreenJob["steps"], target: number): number {
    const { replay, sizes } = this.#source;
    // What is read again must not share a job with what is to be answered.
    const last = this.#parsed < this.#answered ? Math.min(target, this.#answered) : target;
    let end = this.#parsed;
    for (;;) {
      const change = sizes.after(this.#size?.number ?? 0);
      const stop = Math.min(last, this.#parsed + JOB_BYTES, change?.position ?? Number.MAX_SAFE_INTEGER);
      const bytes = stop > end ? replay.read(end, stop - end) : undefined;
      if (bytes) steps.push(bytes);
      end = Math.max(end, stop);
      if (!change || change.position > end) return end;
      steps.push({ columns: change.columns, rows: change.rows });
      this.#size = change;
    }
  }

  #deliver(snapshot: Snapshot): void {
    this.#last = snapshot.bytes.length <= KEPT_SNAPSHOT_BYTES ? snapshot : undefined;
    for (const { resolve } of this.#wishes.splice(0)) resolve(snapshot);
  }

  #endingJob(): ScreenJob | undefined {
    if (this.#state === "ended" || !this.#size) return undefined;
    this.#state = "ended";
    return { screen: this.#screen, steps: [], wantsSnapshot: false, ends: true };
  }
}

import { ReplayBuffer } from "../common/replay-buffer.js";
import { SizeHistory, type ScreenSize } from "../common/size-history.js";
import { StreamScanner } from "../common/stream-scanner.js";
import { Emulator } from "./emulator.js";
import type { ScreenWorkers } from "./screen-workers.js";
import { Screen, type ScreenSource } from "./screen.js";

const SIZE = { columns: 80, rows: 24 };

/** The output of a shell that a screen reads, as a terminal has it. */
export class ScreenOutput implements ScreenSource {
  readonly replay = new ReplayBuffer();
  readonly scanner = new StreamScanner();
  readonly sizes: SizeHistory;
  readonly screen: Screen;
  answers = "";

  /** What the clock shows, in milliseconds. */
  now = 0;

  constructor(workers: ScreenWorkers, size: ScreenSize = SIZE) {
    this.sizes = new SizeHistory(size);
    this.screen = new Screen(this, workers, () => this.now);
  }

  answer(text: string): void {
    this.answers += text;
  }

  progress(): void {
    // Nobody is held up here.
  }

  /** Prints as a program does, which is held while too much waits. */
  async print(text: string, size = 4_096): Promise<void> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) {
      while (this.screen.isBehind) await new Promise((resolve) => setTimeout(resolve, 1));
      const chunk = bytes.subarray(at, at + size);
      this.replay.append(chunk);
      this.scanner.scan(chunk);
      this.screen.follow(this.scanner.takeQuestion());
    }
  }

  resize(size: ScreenSize): void {
    this.sizes.add(this.replay.end, size);
  }

  async text(): Promise<string> {
    return Buffer.from((await this.screen.snapshot()).bytes).toString();
  }
}

/** The same screen, made without threads and without leaving anything out. */
export function directly(...steps: (string | ScreenSize)[]): string {
  const emulator = new Emulator(SIZE);
  for (const step of steps) {
    if (typeof step === "string") emulator.write(Buffer.from(step));
    else emulator.resize(step);
  }
  return Buffer.from(emulator.snapshot()).toString();
}

import { type Cast, castSize } from "../common/asciicast.js";
import type { ConnectedScreen } from "./connected-screen.js";

/** How often the screen is brought up to its time. */
const TICK_MS = 40;
/** Output given to the emulator before it has answered; it parses that in a few milliseconds. */
const PIECE_CHARACTERS = 64 * 1024;
/** Of a time in which nothing is shown, so much is played. */
const IDLE_SECONDS = 2;

const encoder = new TextEncoder();

/** Where a player is. */
export interface PlayerState {
  /** Seconds from the beginning of the recording. */
  position: number;
  isPlaying: boolean;
}

/** Plays one recording on a screen; it holds nothing but the recording and one piece that is being parsed. */
export class RecordingPlayer {
  readonly #cast: Cast;
  readonly #screen: ConnectedScreen;
  readonly #tell: (state: PlayerState) => void;
  #position = 0;
  #next = 0;
  #speed = 1;
  #timer: ReturnType<typeof setInterval> | undefined;
  #tickedAt = 0;
  /** Whether the emulator has a piece that it has not answered. */
  #isParsing = false;
  /** Of pieces from before the last way back nobody wants to hear. */
  #run = 0;

  constructor(cast: Cast, screen: ConnectedScreen, tell: (state: PlayerState) => void) {
    this.#cast = cast;
    this.#screen = screen;
    this.#tell = tell;
    this.#rewind();
  }

  /** Plays so many times as fast as it was, from 1 to 16. */
  setSpeed(speed: number): void {
    this.#speed = Math.min(16, Math.max(1, speed));
  }

  /** From the beginning where it is at its end. */
  play(): void {
    if (this.#timer !== undefined) return;
    if (this.#position >= this.#cast.duration) this.#rewind();
    this.#tickedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#say();
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#say();
  }

  toggle(): void {
    if (this.#timer === undefined) this.play();
    else this.pause();
  }

  /** Shows the screen as it was at so many seconds. */
  seek(seconds: number): void {
    const wanted = Math.min(this.#cast.duration, Math.max(0, seconds));
    if (wanted < this.#position) this.#rewind();
    this.#position = wanted;
    this.#feed();
    this.#say();
  }

  /** Plays on from so many seconds, also where it had come to its end. */
  playFrom(seconds: number): void {
    this.seek(seconds);
    if (this.#position < this.#cast.duration) this.play();
  }

  seekBy(seconds: number): void {
    this.seek(this.#position + seconds);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#run += 1;
  }

  #tick(): void {
    const now = performance.now();
    const passed = ((now - this.#tickedAt) / 1000) * this.#speed;
    this.#tickedAt = now;
    // What the emulator is behind with is not hurried past.
    if (this.#isParsing) return;
    const next = this.#cast.events[this.#next]?.at ?? this.#cast.duration;
    this.#position = Math.min(
      this.#cast.duration,
      Math.max(this.#position + passed, next - IDLE_SECONDS * this.#speed),
    );
    this.#feed();
    if (this.#position >= this.#cast.duration) this.pause();
    else this.#say();
  }

  #rewind(): void {
    this.#run += 1;
    this.#isParsing = false;
    this.#next = 0;
    this.#position = 0;
    this.#screen.beginRestoring(this.#cast);
    this.#screen.endRestoring();
  }

  /** Gives the emulator what was shown by now, a piece at a time. */
  #feed(): void {
    if (this.#isParsing) return;
    const { events } = this.#cast;
    let text = "";
    while (text.length < PIECE_CHARACTERS) {
      const event = events[this.#next];
      if (event === undefined || event.at > this.#position) break;
      // A size counts from what is written after it.
      if (event.kind === "size" && text !== "") break;
      this.#next += 1;
      if (event.kind === "output") text += event.data;
      else this.#resize(event.data);
    }
    if (text === "") return;
    const run = this.#run;
    this.#isParsing = true;
    this.#screen.write(encoder.encode(text), () => {
      if (run !== this.#run) return;
      this.#isParsing = false;
      this.#feed();
    });
  }

  #resize(data: string): void {
    const size = castSize(data);
    if (size) this.#screen.setSize(size.columns, size.rows);
  }

  #say(): void {
    this.#tell({ position: this.#position, isPlaying: this.#timer !== undefined });
  }
}

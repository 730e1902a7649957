import { ACKNOWLEDGE_EVERY } from "../common/flow.js";
import type { ViewerEvent } from "../common/viewer-frames.js";
import type { ConnectedScreen } from "./connected-screen.js";

type SnapshotEvent = Extract<ViewerEvent, { type: "snapshot" }>;

/** What is known of the terminal once its screen is there. */
export type JoinEvent = Pick<SnapshotEvent, "stream" | "position" | "readOnly" | "typed">;

/** A screen that comes in pieces; they are acknowledged once they are shown. */
export class ArrivingScreen {
  readonly event: SnapshotEvent;
  readonly #screen: ConnectedScreen;
  readonly #acknowledge: (bytes: number) => void;
  #received = 0;
  #acknowledged = 0;

  constructor(event: SnapshotEvent, screen: ConnectedScreen, acknowledge: (bytes: number) => void) {
    this.event = event;
    this.#screen = screen;
    this.#acknowledge = acknowledge;
    screen.beginRestoring(event);
  }

  get isWhole(): boolean {
    return this.#received >= this.event.bytes;
  }

  add(bytes: Uint8Array): void {
    this.#received += bytes.length;
    const received = this.#received;
    const { isWhole } = this;
    this.#screen.write(bytes, () => {
      if (!isWhole && received - this.#acknowledged < ACKNOWLEDGE_EVERY) return;
      this.#acknowledged = received;
      this.#acknowledge(received);
    });
  }

  /** The rest does not come any more, or there is none. */
  end(): void {
    this.#screen.endRestoring();
  }
}

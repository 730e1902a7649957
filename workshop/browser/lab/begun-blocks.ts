import type { ActionView } from "../../common/page-view.js";

type Listener = (action: ActionView) => void;

/** Tells the page on the screen of every block of it that is begun, by a button or a key, so that what follows from it can be done. */
export class BegunBlocks {
  readonly #listeners = new Set<Listener>();

  /** Ends by the function returned. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(action: ActionView): void {
    for (const listener of this.#listeners) listener(action);
  }
}

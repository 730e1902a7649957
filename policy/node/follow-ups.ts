/** What follows several answers within this follows them once, and takes nothing from whoever saves next. */
const AFTER_MS = 100;

/** Does what nobody waits for a moment after the answer; of the same key only the newest, which has to see to its failures itself. */
export class FollowUps {
  readonly #due = new Map<string, () => Promise<void>>();

  soon(key: string, task: () => Promise<void>): void {
    const isDue = this.#due.has(key);
    this.#due.set(key, task);
    if (!isDue) setTimeout(() => this.#run(key), AFTER_MS).unref();
  }

  #run(key: string): void {
    const task = this.#due.get(key);
    this.#due.delete(key);
    void task?.();
  }
}

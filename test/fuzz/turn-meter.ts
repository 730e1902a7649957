/** Measures how long this process lets everybody wait: the most processor time one turn of its event loop takes. */
export class TurnMeter {
  #longestMs = 0;
  #isStopped = false;
  #before = process.cpuUsage();

  start(): this {
    setImmediate(() => this.#turn());
    return this;
  }

  /** Milliseconds of the longest turn since this was asked last; a busy machine makes it no longer. */
  takeLongestMs(): number {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return Math.round(longest);
  }

  stop(): void {
    this.#isStopped = true;
  }

  #turn(): void {
    const { user, system } = process.cpuUsage(this.#before);
    this.#longestMs = Math.max(this.#longestMs, (user + system) / 1000);
    this.#before = process.cpuUsage();
    if (!this.#isStopped) setImmediate(() => this.#turn());
  }
}

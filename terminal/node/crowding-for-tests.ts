/** Of the processor, for one look: long enough for the scheduler to take turns, short enough for any test. */
const SPIN_US = 50_000;

/**
 * How many times longer than on an idle machine a busy process takes here and now: 1 where a processor is free. What a test allows
 * in milliseconds is multiplied by it, so that other programs on the machine are not measured as well.
 */
export function crowding(): number {
  const since = performance.now();
  const before = process.cpuUsage();
  let used = 0;
  while (used < SPIN_US) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  return Math.max(1, ((performance.now() - since) * 1_000) / used);
}

/** How many test files run at once, at the most. */
const FILES_AT_ONCE = 5;

/** The same for a test beside which others run: what took the processors a moment ago may have ended before it is measured. */
export function crowdingBesideTests(): number {
  return FILES_AT_ONCE * crowding();
}

/**
 * Runs `work` up to `count` times in batches of 1, 2, 4, ...: a refusal that would meet all of them then costs a few
 * requests. Stops after the first batch with a failure and throws that failure.
 */
export async function runInGrowingBatches(count: number, work: () => Promise<void>): Promise<void> {
  let batch = 1;
  for (let remaining = count; remaining > 0; remaining -= batch, batch *= 2) {
    batch = Math.min(batch, remaining);
    const results = await Promise.allSettled(Array.from({ length: batch }, work));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

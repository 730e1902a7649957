/**
 * How Node.js runs a host that serves one learner: its heaps grow by little at a time and give back what a flood left, at no more
 * processor time than before. Measured with Node 24 after floods: 48 MB, 61 MB without the last two.
 */
export const HOST_NODE_OPTIONS = [
  "--max-semi-space-size=1",
  "--max-old-space-size=96",
  "--v8-pool-size=1",
  "--optimize-for-size",
  "--heap-growing-percent=15",
];

/**
 * For the same reason: one malloc arena for all threads, in which buffers of a flood leave no holes, since what is larger than 32 KiB is
 * memory of its own (mallopt(3)). None of it reaches a learner's programs.
 */
export const HOST_ENVIRONMENT = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "32768",
  MALLOC_TRIM_THRESHOLD_: "65536",
  UV_THREADPOOL_SIZE: "2",
  NODE_ENV: "production",
};

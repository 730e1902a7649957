/**
 * How Node.js runs a host that serves one learner: small young generations and one malloc arena for all threads keep it below 60 MB, and
 * cost a host of ten terminals nothing that shows.
 */
export const HOST_NODE_OPTIONS = ["--max-semi-space-size=1", "--max-old-space-size=96", "--v8-pool-size=1"];

/** For the same reason; none of it reaches a learner's programs. */
export const HOST_ENVIRONMENT = { MALLOC_ARENA_MAX: "1", UV_THREADPOOL_SIZE: "2", NODE_ENV: "production" };

import { QueryClient } from "@tanstack/react-query";

/** A lost line is often back within seconds; what the server itself refuses, it refuses again. */
const RETRIES = 2;
const RETRY_MS = 1000;

/** Keeps what the screens have read of the server; asks again where no answer came, and gives up what nobody looks at. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's own idea of being online is wrong for a server on the same machine or network.
        networkMode: "always",
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < RETRIES && isUnanswered(error),
        retryDelay: RETRY_MS,
      },
    },
  });
}

/** Both of our errors have the status of the answer, 0 where none came. */
function isUnanswered(error: Error): boolean {
  return "status" in error && error.status === 0;
}

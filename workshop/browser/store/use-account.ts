import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";

/** Who is signed in in this browser, and how people sign in. */
export function useAccount() {
  return useQuery({ queryKey: ["account"], queryFn: ({ signal }) => api.account(signal) });
}

/** Whether who is signed in is told the links that let learners in, which helpers are not. */
export function useHasLinks(): boolean {
  return !useIsHelper();
}

/** Whether who is signed in may play recordings, which helpers may not. */
export function usePlaysRecordings(): boolean {
  return !useIsHelper();
}

function useIsHelper(): boolean {
  return useAccount().data?.account?.role === "helper";
}

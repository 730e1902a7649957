import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { admitToStart } from "./admission.js";

/** How soon a lab that is still being read is asked for again. */
const READING_MS = 2_000;

/** The labs of the server; asked for again whenever a screen that lists them is opened. */
export function useLabs() {
  return useQuery({
    queryKey: ["labs"],
    queryFn: async ({ signal }) => {
      await admitToStart();
      return api.labs(signal);
    },
    refetchInterval: ({ state }) => state.data?.some(({ isUnread }) => isUnread) && READING_MS,
  });
}

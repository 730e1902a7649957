import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { admitToStart } from "./admission.js";

/** The labs of the server; asked for again whenever a screen that lists them is opened. */
export function useLabs() {
  return useQuery({
    queryKey: ["labs"],
    queryFn: async ({ signal }) => {
      await admitToStart();
      return api.labs(signal);
    },
  });
}

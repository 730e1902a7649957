import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";

/** The labs of the server; asked for again whenever a screen that lists them is opened. */
export function useLabs() {
  return useQuery({ queryKey: ["labs"], queryFn: ({ signal }) => api.labs(signal) });
}

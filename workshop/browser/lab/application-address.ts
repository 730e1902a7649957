import { queryOptions } from "@tanstack/react-query";
import type { IngressAddress } from "../../common/ingress.js";
import { api } from "../api/api-client.js";

/** The whole address that lets this browser into an application; good for a minute, hence asked for each time. */
export function applicationQuery(session: string, { name, path }: IngressAddress, attempt = 0) {
  return queryOptions({
    queryKey: ["session", session, "application", name, path, attempt],
    queryFn: async () => new URL((await api.ingressAddress(session, name, path)).url, document.baseURI).href,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

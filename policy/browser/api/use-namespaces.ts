import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { NamespaceList } from "../../common/tmc-api.js";
import { useConsole } from "../console-context.js";
import type { ListPart } from "./policy-api.js";
import { pauseAfter, timed } from "./refresh-after.js";

/** A part of the organization's namespaces, of which there may be thousands: the server searches and parts them. */
export function useNamespaces(part: ListPart) {
  const { api } = useConsole();
  return useQuery({
    queryKey: [api.base, "namespaces", part],
    queryFn: ({ signal }) => timed(() => api.namespaces(part, signal)),
    // What was there stays until the next part is.
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => pauseAfter(state.data),
    select: ({ answer }: { answer: NamespaceList }) => answer,
  });
}

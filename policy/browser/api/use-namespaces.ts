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

/** The attached namespaces of a cluster; `data` is absent until they are known, and of one that does not answer. */
export function useAttachedNamespaces(cluster: string, size: number) {
  const { api } = useConsole();
  return useQuery({
    queryKey: [api.base, "attached", cluster, size],
    queryFn: ({ signal }) => timed(() => api.attachedNamespaces(cluster, { size }, signal)),
    refetchInterval: ({ state }) => pauseAfter(state.data),
    retry: false,
    select: ({ answer }: { answer: NamespaceList }) => answer,
  });
}

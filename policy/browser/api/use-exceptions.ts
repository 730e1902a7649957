import { useQuery } from "@tanstack/react-query";
import type { ExceptionView } from "../../common/exception-api.js";
import { useConsole } from "../console-context.js";

/** Somebody waits for theirs to be granted. */
const REFRESH_MS = 5_000;

/** The exceptions of all policies of the organization; `data` is absent until they are known. */
export function useExceptions() {
  const { api } = useConsole();
  return useQuery({
    queryKey: [api.base, "exceptions"],
    queryFn: async ({ signal }) => (await api.exceptions(signal)).exceptions,
    refetchInterval: REFRESH_MS,
  });
}

/** The exceptions of policies that are set on a workspace itself, or on the organization where none is named. */
export function exceptionsAt(exceptions: ExceptionView[], workspace: string | undefined): ExceptionView[] {
  return exceptions.filter(({ fullName }) => fullName.workspaceName === workspace);
}

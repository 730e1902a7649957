import { useQuery } from "@tanstack/react-query";
import { LTI_PREFIX } from "../../common/event-staff.js";
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

/** Whether who is signed in looks after the installation too, and not only after an event that a learning platform has sent them to. */
export function useSeesInstallation(): boolean {
  const { data, isPending } = useAccount();
  return !isPending && data?.account?.staffName?.startsWith(LTI_PREFIX) !== true;
}

/** Also of somebody who is not known yet: what helpers may not is asked for when they are known to be none. */
function useIsHelper(): boolean {
  const role = useAccount().data?.account?.role;
  return role !== "instructor" && role !== "operator";
}

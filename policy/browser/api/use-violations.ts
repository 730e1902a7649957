import { useQuery } from "@tanstack/react-query";
import type { PolicyView, Violation } from "../../common/tmc-api.js";
import { useConsole } from "../console-context.js";

/** The audit follows what runs within a second; whoever looks at it waits for a deployment of theirs. */
const REFRESH_MS = 3_000;

/** What runs against the policies of the organization; `data` is absent until it is known. */
export function useViolations() {
  const { api } = useConsole();
  return useQuery({
    queryKey: [api.base, "violations"],
    queryFn: async ({ signal }) => (await api.violations(signal)).violations,
    refetchInterval: REFRESH_MS,
  });
}

/** The violations of one policy. */
export function violationsOfPolicy(violations: Violation[], { fullName }: PolicyView): Violation[] {
  return violations.filter(
    ({ policy, origin }) =>
      policy === fullName.name &&
      (origin.kind === "workspace" ? origin.workspace : undefined) === (fullName.workspaceName ?? undefined),
  );
}

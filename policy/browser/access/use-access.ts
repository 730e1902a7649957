import { useQuery } from "@tanstack/react-query";
import type { AccessPolicy } from "../../common/access-api.js";
import type { BindingDelta } from "../../common/roles.js";
import { useConsole } from "../console-context.js";

/** Others give and take roles meanwhile. */
const REFRESH_MS = 10_000;

/** The roles that are bound on a place itself, and those it inherits; `data` is absent until they are known. */
export function useAccess(workspace: string | undefined) {
  const { api, hierarchy, refresh } = useConsole();
  const place = { organization: hierarchy.organization.fullName.name, workspace };
  const { data, error, refetch } = useQuery({
    queryKey: [api.base, "access", workspace ?? null],
    queryFn: async ({ signal }) => {
      const { policyList } = await api.access(place, signal);
      return {
        direct: bindingsAt(policyList, workspace),
        inherited: workspace === undefined ? [] : bindingsAt(policyList, undefined),
      };
    },
    refetchInterval: REFRESH_MS,
  });
  return {
    data,
    error,
    /** Resolves when it is shown; the roles may have been those of whoever looks at it. */
    change: async (deltas: readonly BindingDelta[]): Promise<void> => {
      await api.changeAccess(place, deltas);
      await Promise.all([refetch(), refresh()]);
    },
  };
}

function bindingsAt(policies: readonly AccessPolicy[], workspace: string | undefined) {
  return policies
    .filter(({ fullName }) => (fullName.workspaceName ?? undefined) === workspace)
    .flatMap(({ roleBindings }) =>
      roleBindings.flatMap(({ role, subjects }) => subjects.map((subject) => ({ role, subject }))),
    );
}

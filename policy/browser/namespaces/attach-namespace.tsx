import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { describeImpact } from "../../common/impact.js";
import type { NamespacePlace } from "../api/policy-api.js";
import { homeCluster } from "../api/use-hierarchy.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { SelectField } from "../parts/select-field.js";
import { useTask } from "../parts/use-task.js";

interface Props extends NamespacePlace {
  /** Empty where the namespace is in none. */
  workspace: string;
  onChanged: () => Promise<void>;
}

/** Attaches the namespace to a workspace, moves it to another, or detaches it. */
export function AttachNamespace({ namespace, cluster: member, workspace, onChanged }: Props): ReactElement {
  const { api, hierarchy, refresh } = useConsole();
  const [picked, setPicked] = useState<string>();
  const { isBusy, problem, run } = useTask();
  const [news, setNews] = useState("");
  const chosen = picked ?? workspace;
  const refusal = useRefusal(workspace, chosen);
  const impact = useImpact({ namespace, cluster: member }, chosen, chosen !== workspace);
  const cluster = member ?? homeCluster(hierarchy);
  async function apply(): Promise<void> {
    setNews("");
    const isDone = await run(async () => {
      if (chosen === "") await api.detachNamespace(cluster, namespace);
      else await api.attachNamespace({ cluster, namespace, workspace: chosen }, workspace !== "");
      await Promise.all([refresh(), onChanged()]);
    });
    if (!isDone) return;
    setPicked(undefined);
    setNews(
      chosen === "" ? "Detached: no policy holds here any more." : `The policies of ${chosen} hold here now.`,
    );
  }
  return (
    <div className="namespace__attach">
      <WorkspaceChoice chosen={chosen} onChoose={setPicked} />
      <button
        type="button"
        className="button"
        disabled={isBusy || chosen === workspace || refusal !== undefined}
        onClick={() => void apply()}
      >
        {isBusy ? "One moment…" : applyWords(workspace, chosen)}
      </button>
      <span role="status" className="namespace__news">
        {chosen === workspace ? news : (refusal ?? impact)}
      </span>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Why the caller may not put it there; absent where they may. */
function useRefusal(from: string, to: string): string | undefined {
  const may = useMay();
  if (from === to) return undefined;
  if (from !== "" && !may("admin", from)) return missingRole(`Taking it out of ${from}`, "admin", from);
  if (to !== "" && !may("edit", to)) return missingRole(`Putting it into ${to}`, "edit", to);
  return undefined;
}

/** What putting the namespace there would refuse and let in; empty until that is known. */
function useImpact({ namespace, cluster }: NamespacePlace, workspace: string, isWanted: boolean): string {
  const { api } = useConsole();
  const { data } = useQuery({
    queryKey: [api.base, "namespace-preview", cluster, namespace, workspace],
    queryFn: ({ signal }) => {
      const place = { name: namespace, ...(cluster !== undefined && { clusterName: cluster }) };
      return api.preview(
        { namespace: { ...place, workspaceName: workspace === "" ? null : workspace } },
        signal,
      );
    },
    enabled: isWanted,
    // What is asked about now may have changed since it was asked about last.
    gcTime: 0,
  });
  return isWanted && data ? describeImpact(data, "The policies there") : "";
}

function WorkspaceChoice({
  chosen,
  onChoose,
}: {
  chosen: string;
  onChoose: (name: string) => void;
}): ReactElement {
  const { hierarchy } = useConsole();
  const names = hierarchy.workspaces.map(({ fullName: { name } }) => [name, name] as const);
  return (
    <SelectField
      label="Workspace"
      value={chosen}
      onChange={onChoose}
      options={[["", "none: no policy holds"], ...names]}
    />
  );
}

function applyWords(workspace: string, chosen: string): string {
  if (workspace === "") return "Attach";
  return chosen === "" ? "Detach" : "Move";
}

import { nameSearch, searchWithin } from "../../common/name-search.js";
import type { ReactElement } from "react";
import type { WorkspaceView } from "../../common/tmc-api.js";
import { directPolicies } from "../api/use-hierarchy.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { PAGE_SIZE, Pager, pageStart } from "../parts/pager.js";
import { SearchField } from "../parts/search-field.js";
import { useSearch } from "../parts/use-search.js";
import { useTask } from "../parts/use-task.js";
import { CreateWorkspace } from "./create-workspace.js";
import { namedSome } from "./place-names.js";

/** How many namespaces of a workspace are named in its row. */
const NAMED = 10;

/** The workspaces of the organization; making one, deleting an empty one. */
export function WorkspacesPage(): ReactElement {
  const { hierarchy } = useConsole();
  const mayCreate = useMay()("edit");
  const { text, setText, search, offset, move } = useSearch();
  const { workspaces } = hierarchy;
  const isLookedFor = nameSearch(searchWithin(search));
  const found = workspaces.filter(({ fullName }) => isLookedFor(fullName.name));
  const start = pageStart(offset, found.length);
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Workspaces</h1>
        <p className="console__lead">
          A workspace groups namespaces across clusters, so that one policy holds in all of them.
        </p>
      </header>
      {workspaces.length > PAGE_SIZE && (
        <SearchField label="Find workspaces" value={text} onChange={setText} />
      )}
      {workspaces.length === 0 && (
        <div className="empty">
          <strong>No workspaces yet.</strong>
          <span>Make the first one below, or with: tmc workspace create -n NAME</span>
        </div>
      )}
      {workspaces.length > 0 && found.length === 0 && (
        <p role="status">No workspace has “{search}” in its name.</p>
      )}
      <Pager of="workspaces" offset={start} total={found.length} onMove={move} />
      {found.length > 0 && <WorkspaceTable workspaces={found.slice(start, start + PAGE_SIZE)} />}
      {mayCreate ? (
        <CreateWorkspace />
      ) : (
        <p className="registry__none">{missingRole("Making workspaces", "edit")}</p>
      )}
    </>
  );
}

function WorkspaceTable({ workspaces }: { workspaces: WorkspaceView[] }): ReactElement {
  return (
    <div className="table-scroll">
      <table className="table" aria-label="Workspaces">
        <thead>
          <tr>
            <th scope="col">Workspace</th>
            <th scope="col">Description</th>
            <th scope="col" className="numeric">
              Policies
            </th>
            <th scope="col">Namespaces</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {workspaces.map((workspace) => (
            <WorkspaceRow key={workspace.meta.uid} workspace={workspace} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function WorkspaceRow({ workspace: { fullName, meta, status } }: { workspace: WorkspaceView }): ReactElement {
  const { hierarchy, goTo } = useConsole();
  const isAdmin = useMay()("admin", fullName.name);
  const policies = directPolicies(hierarchy, fullName.name).length;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className="console__link"
          onClick={() => goTo({ page: "image-registry", side: "workspaces", workspace: fullName.name })}
        >
          {fullName.name}
        </button>
      </th>
      <td data-label="Description">{meta.description || "–"}</td>
      <td data-label="Policies" className="numeric">
        {policies}
      </td>
      <td data-label="Namespaces">
        {namedSome(status.namespaces.slice(0, NAMED), status.namespaces.length) || "none"}
      </td>
      <td className="registry__actions">
        {policies > 0 || status.namespaces.length > 0 ? (
          <span
            className="registry__none"
            title="Only a workspace without policies and namespaces can be deleted"
          >
            in use
          </span>
        ) : (
          isAdmin && <DeleteWorkspace name={fullName.name} />
        )}
      </td>
    </tr>
  );
}

function DeleteWorkspace({ name }: { name: string }): ReactElement {
  const { api, refresh } = useConsole();
  const { isBusy, problem, run } = useTask();
  async function remove(): Promise<void> {
    await run(async () => {
      await api.deleteWorkspace(name);
      await refresh();
    });
  }
  return (
    <>
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
      <button
        type="button"
        className="button button--small"
        aria-label={`Delete ${name}`}
        disabled={isBusy}
        onClick={() => void remove()}
      >
        {isBusy ? "Deleting…" : "Delete"}
      </button>
    </>
  );
}

import { useRef, useState, type ReactElement } from "react";
import { describeException } from "../../common/exception.js";
import type { ExceptionView } from "../../common/exception-api.js";
import { directPolicies } from "../api/use-hierarchy.js";
import { exceptionsAt, useExceptions } from "../api/use-exceptions.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { RelativeTime } from "../parts/relative-time.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import { useTask } from "../parts/use-task.js";
import { RequestException } from "./request-exception.js";

/** What is excepted from the policies of a place, and what is asked to be; nothing where there is no policy. */
export function ExceptionsSection({ workspace }: { workspace: string | undefined }): ReactElement | null {
  const { hierarchy, refresh } = useConsole();
  const mayRequest = useMay()("edit", workspace);
  const { data = [], refetch } = useExceptions();
  const askButton = useRef<HTMLButtonElement>(null);
  const focusNext = useFocusNext();
  const [isAsking, setIsAsking] = useState(false);
  const [news, setNews] = useState("");
  const policies = directPolicies(hierarchy, workspace).map(({ fullName }) => fullName.name);
  const exceptions = exceptionsAt(data, workspace);
  if (policies.length === 0 && exceptions.length === 0) return null;
  async function done(text: string): Promise<void> {
    await Promise.all([refetch(), refresh()]);
    end(text);
  }
  function end(text: string): void {
    setNews(text);
    setIsAsking(false);
    focusNext(() => askButton.current);
  }
  return (
    <section aria-labelledby="exceptions">
      <h3 id="exceptions">Exceptions</h3>
      {exceptions.length === 0 ? (
        <p className="registry__none">No exceptions: the policies hold for everything.</p>
      ) : (
        <ExceptionTable workspace={workspace} exceptions={exceptions} onDone={done} />
      )}
      {isAsking ? (
        <RequestException workspace={workspace} policies={policies} onDone={done} onCancel={() => end("")} />
      ) : (
        policies.length > 0 &&
        (mayRequest ? (
          <button
            ref={askButton}
            type="button"
            className="button"
            onClick={() => {
              setNews("");
              setIsAsking(true);
            }}
          >
            Request Exception
          </button>
        ) : (
          <p className="registry__none">{missingRole("Asking for an exception", "edit", workspace)}</p>
        ))
      )}
      <p role="status" className={news === "" ? "visually-hidden" : "notice notice--success"}>
        {news}
      </p>
    </section>
  );
}

interface TableProps {
  workspace: string | undefined;
  exceptions: ExceptionView[];
  onDone: (news: string) => Promise<void>;
}

function ExceptionTable({ exceptions, ...rest }: TableProps): ReactElement {
  return (
    <div className="table-scroll">
      <table className="table" aria-label="Exceptions">
        <thead>
          <tr>
            <th scope="col">Exception</th>
            <th scope="col">What it lets pass</th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {exceptions.map((exception) => (
            <Row key={exception.meta.uid} exception={exception} {...rest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  exception,
  ...actions
}: Omit<TableProps, "exceptions"> & { exception: ExceptionView }): ReactElement {
  const { fullName, spec, status } = exception;
  return (
    <tr>
      <th scope="row" className="registry__policy">
        {fullName.name}
        <span className="registry__template">of {spec.policy}</span>
      </th>
      <td data-label="What it lets pass">
        {describeException(spec)}
        <span className="registry__where">
          For {spec.owner}: {spec.reason}
        </span>
        <span className="registry__where">
          Asked for by {status.requestedBy} <RelativeTime iso={status.requestedAt} />
        </span>
      </td>
      <td data-label="State">
        <span className={`badge ${BADGES[status.state]}`}>{status.state}</span>
        <span className="registry__where">
          {status.state === "Expired" ? "on" : "until"}{" "}
          <time dateTime={spec.expires}>{new Date(spec.expires).toLocaleString()}</time>
        </span>
        {status.decidedBy !== undefined && (
          <span className="registry__where">
            by {status.decidedBy}
            {status.note === undefined ? "" : `: ${status.note}`}
          </span>
        )}
      </td>
      <Actions exception={exception} {...actions} />
    </tr>
  );
}

const BADGES = {
  Requested: "badge--info",
  Granted: "badge--success",
  Denied: "badge--danger",
  Expired: "badge--warning",
} as const;

function Actions({
  exception,
  workspace,
  onDone,
}: Omit<TableProps, "exceptions"> & { exception: ExceptionView }): ReactElement {
  const { api, hierarchy } = useConsole();
  const { fullName, status } = exception;
  const isAdmin = useMay()("admin", workspace);
  const isOwn = status.requestedBy === hierarchy.user;
  const { isBusy, problem, run } = useTask();
  const { name } = fullName;
  async function act(work: () => Promise<unknown>, news: string): Promise<void> {
    await run(async () => {
      await work();
      await onDone(news);
    });
  }
  const decide = (decision: "grant" | "deny", news: string) =>
    void act(() => api.decideException({ workspace }, exception, decision), news);
  const remove = () =>
    void act(
      () => api.deleteException({ workspace }, name),
      `Exception ${name} is deleted and lets nothing pass.`,
    );
  return (
    <td className="registry__actions">
      {status.state === "Requested" && isOwn && (
        <span className="registry__where">
          You asked for it: another admin grants it, such as an instructor.
        </span>
      )}
      {status.state === "Requested" && !isOwn && isAdmin && (
        <>
          <ActionButton
            text="Grant"
            name={name}
            isBusy={isBusy}
            onPress={() => decide("grant", `Exception ${name} is granted and holds.`)}
          />
          <ActionButton
            text="Deny"
            name={name}
            isBusy={isBusy}
            onPress={() => decide("deny", `Exception ${name} is denied and lets nothing pass.`)}
          />
        </>
      )}
      {(isOwn || (status.state !== "Requested" && isAdmin)) && (
        <ActionButton text="Delete" name={name} isBusy={isBusy} onPress={remove} />
      )}
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </td>
  );
}

function ActionButton({
  text,
  name,
  isBusy,
  onPress,
}: {
  text: string;
  name: string;
  isBusy: boolean;
  onPress: () => void;
}): ReactElement {
  return (
    <button
      type="button"
      className="button button--small"
      aria-label={`${text} exception ${name}`}
      disabled={isBusy}
      onClick={onPress}
    >
      {text}
    </button>
  );
}

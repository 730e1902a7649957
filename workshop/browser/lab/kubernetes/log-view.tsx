import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactElement,
} from "react";
import { Button } from "react-aria-components";
import type { ObjectRow } from "../../../common/kubernetes-view.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Icon } from "../../parts/icon.js";
import type { LogWish } from "./kubernetes-api.js";
import { LiveLog, type LogState } from "./live-log.js";
import { withoutColours } from "./log-text.js";

/** The log of a pod's container, followed for as long as it is shown. */
export function LogView({ session, row }: { session: string; row: ObjectRow }): ReactElement {
  const containers = row.containers ?? [];
  const [chosen, setChosen] = useState(containers.at(-1)?.name ?? "");
  const [wantsPrevious, setWantsPrevious] = useState(false);
  const container = containers.find(({ name }) => name === chosen);
  const isPrevious = wantsPrevious && container?.hasPrevious === true;
  return (
    <div className="kube-log">
      <div className="kube-log__bar">
        {containers.length > 1 && (
          <label className="kube-log__choice">
            Container
            <select
              className="field__input"
              value={chosen}
              onChange={({ target }) => setChosen(target.value)}
            >
              {containers.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {container?.hasPrevious && (
          <label className="kube-check">
            <input
              type="checkbox"
              checked={wantsPrevious}
              onChange={({ target }) => setWantsPrevious(target.checked)}
            />
            Before the last restart
          </label>
        )}
      </div>
      <FollowedLog
        wish={{ session, namespace: row.namespace, pod: row.name, container: chosen, isPrevious }}
        podStatus={row.status}
      />
    </div>
  );
}

interface FollowedProps {
  wish: LogWish;
  podStatus: string;
}

function FollowedLog({ wish, podStatus }: FollowedProps): ReactElement {
  const { log, state } = useLog(wish, podStatus);
  const { end } = state;
  const text = withoutColours(state.text);
  const view = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = view.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  return (
    <>
      {state.isCut && <p className="kube-note">Earlier lines are not kept here; kubectl logs has them.</p>}
      <div className="kube-log__frame">
        <pre
          ref={view}
          className="kube-log__text"
          tabIndex={0}
          role="group"
          aria-label={`Log of ${wish.container} in ${wish.pod}`}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
          }}
        >
          {text}
        </pre>
        {text !== "" && (
          <span className="kube-copy">
            <CopyButton text={text} what="the log" />
          </span>
        )}
      </div>
      <p className="kube-note" role="status">
        {standingWords(state, text)}
        {end !== undefined && (
          <Button className="button button--small" onPress={() => log.readAgain()}>
            <Icon name="restart" size={14} /> Read again
          </Button>
        )}
      </p>
    </>
  );
}

function standingWords({ end, isLost }: LogState, text: string): string {
  if (end === undefined && isLost) return "The connection is lost. It comes back by itself.";
  if (end === undefined)
    return text === ""
      ? "Nothing printed yet; what comes is shown at once."
      : "Following; new lines come at the end.";
  return end.problem ?? (text === "" ? "It has printed nothing." : "That is the end of the log.");
}

/** A log of its own for each wish; it is read anew where it has ended and the pod is in another state since. */
function useLog(wish: LogWish, podStatus: string): { log: LiveLog; state: LogState } {
  const { session, namespace, pod, container, isPrevious } = wish;
  const log = useMemo(
    () => new LiveLog({ session, namespace, pod, container, isPrevious }),
    [session, namespace, pod, container, isPrevious],
  );
  useEffect(() => log.start(), [log]);
  useEffect(() => log.podIs(podStatus), [log, podStatus]);
  return { log, state: useSyncExternalStore(log.subscribe, log.snapshot) };
}

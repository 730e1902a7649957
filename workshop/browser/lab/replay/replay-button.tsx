import { useSyncExternalStore, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { shortened } from "../blocks/action-names.js";
import { useLab } from "../lab-context.js";
import { replayed } from "./replayed-blocks.js";
import type { Replayable } from "./use-replay.js";
import "./replay.css";

interface Props extends Replayable {
  action: ActionView;
}

/** Below a block: runs the page from its first block up to this one, and stops that again. */
export function ReplayButton({ action, replay, page }: Props): ReactElement | null {
  const { runAlone } = useLab();
  const state = useSyncExternalStore(replay.subscribe, replay.snapshot);
  const isRunning = state?.state === "running";
  const isOwn = isRunning && state.upTo.step === action.step;
  if (replayed(page.actions, action).length === 0) return null;
  const words = isOwn ? "Stop" : "Run up to here";
  return (
    <div className="replay">
      <Button
        className="button button--quiet button--small"
        aria-label={`${words}: ${shortened(action.text ?? action.title)}`}
        isDisabled={isRunning && !isOwn}
        onPress={() => (isOwn ? replay.stop() : replay.start({ page, perform: runAlone }, action))}
      >
        <Icon name={isOwn ? "stop" : "restart"} size={14} /> {words}
      </Button>
    </div>
  );
}

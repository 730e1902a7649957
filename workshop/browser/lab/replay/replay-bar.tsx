import { useEffect, useSyncExternalStore, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon, Spinner } from "../../parts/icon.js";
import { bringIntoSight } from "../bring-into-sight.js";
import { useLab } from "../lab-context.js";
import type { PageReplay, ReplayState } from "./page-replay.js";
import "./replay.css";

/** How far the replay of the page is, and the way to stop it; at its end, what came of it. */
export function ReplayBar({ replay }: { replay: PageReplay }): ReactElement | null {
  const { store } = useLab();
  const state = useSyncExternalStore(replay.subscribe, replay.snapshot);
  const said = state && state.state !== "running" ? wordsOf(state) : undefined;
  const failed = state?.failed?.step;
  useEffect(() => {
    if (said !== undefined) store.announce(said);
  }, [store, said]);
  useEffect(() => {
    if (failed !== undefined)
      bringIntoSight(document.querySelector(`[data-step="${failed}"]`), { block: "center" });
  }, [failed]);
  if (state === undefined) return null;
  const isRunning = state.state === "running";
  return (
    <aside className="bar replay-bar" aria-label="Run up to here" data-state={state.state}>
      {state.state === "running" ? <Spinner /> : <Icon name={ICONS[state.state]} />}
      <span className="replay-bar__words">{wordsOf(state)}</span>
      <Button className="button button--small" onPress={() => (isRunning ? replay.stop() : replay.dismiss())}>
        {isRunning ? "Stop" : "Close"}
      </Button>
    </aside>
  );
}

const ICONS = { done: "tick", failed: "cross", stopped: "stop" } as const;

function wordsOf({ state, done, blocks, failed, leftOut }: ReplayState): string {
  const of = `${String(Math.min(done + 1, blocks.length))} of ${String(blocks.length)}`;
  if (state === "running") return `Block ${of} runs: ${nameOf(blocks[done])}`;
  if (state === "failed") return `Stopped at block ${of}, which failed: ${nameOf(failed)}`;
  if (state === "stopped") return `Stopped at block ${of}.`;
  const ran = blocks.length === 1 ? "One block has run." : `All ${String(blocks.length)} blocks have run.`;
  return leftOut === 0 ? ran : `${ran} What a person does was left out.`;
}

function nameOf(block: ActionView | undefined): string {
  return (block?.text ?? block?.title ?? "").trim().split("\n")[0] ?? "";
}

import {
  lazy,
  Suspense,
  useImperativeHandle,
  useRef,
  useState,
  type ReactElement,
  type RefObject,
} from "react";
import { useLab } from "../lab-context.js";
import { terminalName } from "../blocks/action-names.js";
import type { TerminalPaneHandle } from "./terminal-pane.js";
import "./terminals.css";

const TerminalPane = lazy(async () => ({ default: (await import("./terminal-pane.js")).TerminalPane }));

export interface TerminalsHandle {
  /** Brings the terminal into sight, with a new shell where its own has ended; the focus stays where it is. */
  show(terminal: string): void;
  /** Puts the keyboard into the terminal. */
  focus(terminal: string): void;
  paste(terminal: string, text: string): void;
  enterLine(terminal: string, line: string): void;
  /** The last lines on its screen. */
  lastLines(terminal: string): string;
}

/** The session's terminals in the lab's layout: one at a time with a row to choose from, or split one above the other. */
export function Terminals({ handle }: { handle: RefObject<TerminalsHandle | null> }): ReactElement {
  const { session } = useLab();
  const { terminals } = session;
  const panes = useRef(new Map<string, TerminalPaneHandle>());
  const [chosen, setChosen] = useState(terminals[0] ?? "1");
  const isSplit = session.layout === "split" || session.layout === "split/2";
  useImperativeHandle(handle, () => ({
    show: (terminal) => {
      if (!terminals.includes(terminal)) return;
      setChosen(terminal);
      panes.current.get(terminal)?.revive();
    },
    focus: (terminal) => panes.current.get(terminal)?.focus(),
    lastLines: (terminal) => panes.current.get(terminal)?.lastLines() ?? "",
    enterLine: (terminal, line) => panes.current.get(terminal)?.enterLine(line),
    paste: (terminal, text) => panes.current.get(terminal)?.paste(text),
  }));
  const hasChoice = !isSplit && terminals.length > 1;
  return (
    <div
      className="terminals"
      data-layout={isSplit ? session.layout : "default"}
      data-count={terminals.length}
    >
      {terminals.map((terminal) => (
        <div key={terminal} className="terminals__pane" hidden={!isSplit && terminal !== chosen}>
          <Suspense fallback={<div className="terminals__loading" aria-busy="true" />}>
            <TerminalPane
              terminal={terminal}
              title={
                hasChoice ? (
                  <Choice terminals={terminals} chosen={chosen} onChoose={setChosen} />
                ) : (
                  <span className="terminal-pane__name">{terminalName(terminal)}</span>
                )
              }
              ref={(pane: TerminalPaneHandle | null) => {
                if (pane) panes.current.set(terminal, pane);
                else panes.current.delete(terminal);
              }}
            />
          </Suspense>
        </div>
      ))}
    </div>
  );
}

interface ChoiceProps {
  terminals: readonly string[];
  chosen: string;
  onChoose: (terminal: string) => void;
}

function Choice({ terminals, chosen, onChoose }: ChoiceProps): ReactElement {
  return (
    <div className="terminals__choice" role="group" aria-label="Terminals">
      {terminals.map((terminal) => (
        <button
          key={terminal}
          type="button"
          className="terminals__name"
          aria-pressed={terminal === chosen}
          onClick={() => onChoose(terminal)}
        >
          {terminalName(terminal)}
        </button>
      ))}
    </div>
  );
}

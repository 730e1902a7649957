import { useEffect, useRef, useState, type ReactElement } from "react";
import "./terminal-screen.css";
import { TerminalConnection, type CloseReason, type ConnectionState } from "./terminal-connection.js";
import { TerminalScreen } from "./terminal-screen.js";

/** What the page may do with a terminal that is shown. */
export interface TerminalHandle {
  focus(): void;
  /** Types as the learner would. */
  input(text: string): void;
  /** Types text so that nothing of it runs. */
  pasteWithoutRunning(text: string): void;
  find(text: string, direction?: "next" | "previous"): Promise<boolean>;
  retryNow(): void;
  readonly screen: TerminalScreen;
}

export interface TerminalViewProps {
  /** Fetches a fresh ticket and returns the WebSocket's address; called for every attempt. */
  connect: () => Promise<string>;
  /** Any value; when it changes the colours are read again from the CSS custom properties. */
  theme?: string;
  fontSize?: number;
  readOnly?: boolean;
  screenReader?: boolean;
  /** Shows the terminal at the size it has; another page decides. */
  keepsSize?: boolean;
  /** Pixels that notices of the page take from the terminal's place for as long as they are shown. */
  noticesHeight?: (place: HTMLElement) => number;
  label?: string;
  className?: string;
  onState?: (state: ConnectionState, reason?: CloseReason) => void;
  onExited?: (exitStatus: number) => void;
  /** The shell is another one than the screen showed. */
  onReplaced?: () => void;
  onSearch?: () => void;
  onLeave?: (backwards: boolean) => void;
  /** Called with the handle once, and with `undefined` when the terminal is taken away. */
  onHandle?: (handle: TerminalHandle | undefined) => void;
}

/** The emulator measures its parent, so the place must have a height of its own: give the parent one. */
const FILL = { height: "100%", overflow: "hidden" } as const;

const REPLACED = "This is a new shell: the one before was lost or restarted, and what ran in it has ended.";
const NOTICE = {
  display: "flex",
  gap: "0.75em",
  alignItems: "center",
  padding: "0.4em 0.75em",
  background: "var(--color-surface)",
  color: "var(--color-text)",
} as const;

/** A terminal that connects itself and stays connected. It is made once; give it another `key` for another terminal. */
export function TerminalView(props: TerminalViewProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<TerminalScreen | undefined>(undefined);
  const latest = useRef(props);
  const [notice, setNotice] = useState<string>();
  const [waiting, setWaiting] = useState(0);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!place.current) return undefined;
    const joined = join(place.current, () => latest.current, { onNotice: setNotice, onWaiting: setWaiting });
    screen.current = joined.handle.screen;
    latest.current.onHandle?.(joined.handle);
    return () => {
      latest.current.onHandle?.(undefined);
      joined.leave();
      screen.current = undefined;
    };
  }, []);
  useEffect(() => {
    if (props.theme !== undefined) screen.current?.applyTheme();
  }, [props.theme]);
  useEffect(() => screen.current?.setFontSize(props.fontSize ?? 14), [props.fontSize]);
  useEffect(() => screen.current?.setReadOnly(props.readOnly ?? false), [props.readOnly]);
  useEffect(() => screen.current?.setScreenReader(props.screenReader ?? false), [props.screenReader]);

  return (
    <>
      <div ref={place} className={props.className ?? "terminal-view"} style={FILL} />
      {waiting > 0 && (
        <div className="terminal-notice" data-notice role="status" style={NOTICE}>
          Waiting for the connection. {waiting === 1 ? "One character" : `${waiting} characters`} you typed
          will be sent when it is back.
        </div>
      )}
      {notice !== undefined && (
        <div className="terminal-notice" data-notice role="alert" style={NOTICE}>
          {notice}
          <button type="button" className="button button--small" onClick={() => setNotice(undefined)}>
            Dismiss
          </button>
        </div>
      )}
    </>
  );
}

function join(
  place: HTMLElement,
  props: () => TerminalViewProps,
  { onNotice, onWaiting }: { onNotice: (text: string) => void; onWaiting: (characters: number) => void },
): { handle: TerminalHandle; leave: () => void } {
  const { fontSize, readOnly, screenReader, keepsSize, noticesHeight, label } = props();
  const screen = new TerminalScreen(place, {
    ...(fontSize !== undefined && { fontSize }),
    ...(readOnly !== undefined && { readOnly }),
    ...(screenReader !== undefined && { screenReader }),
    ...(keepsSize !== undefined && { keepsSize }),
    ...(noticesHeight !== undefined && { noticesHeight: () => noticesHeight(place) }),
    ...(label !== undefined && { label }),
    onInput: (data) => connection.input(data),
    onFit: (columns, rows) => connection.resize(columns, rows),
    onNotice,
    onSearch: () => props().onSearch?.(),
    onLeave: (backwards) => props().onLeave?.(backwards),
  });
  const connection = new TerminalConnection({
    connect: () => props().connect(),
    screen,
    onState: (state, reason) => props().onState?.(state, reason),
    onExited: (exitStatus) => props().onExited?.(exitStatus),
    onWaiting,
    onReplaced: () => {
      onNotice(REPLACED);
      props().onReplaced?.();
    },
  });
  const handle: TerminalHandle = {
    focus: () => screen.focus(),
    input: (text) => connection.input(text),
    pasteWithoutRunning: (text) => screen.pasteWithoutRunning(text),
    find: (text, direction) => screen.find(text, direction),
    retryNow: () => connection.retryNow(),
    screen,
  };
  const leave = (): void => {
    connection.close();
    screen.dispose();
  };
  return { handle, leave };
}

import { useEffect, useState, type ReactElement } from "react";
import { useLab } from "../lab-context.js";
import { outputSince } from "./shown-output.js";

/** A person reads no faster than this. */
const LOOK_EVERY_MS = 250;

interface Props {
  terminal: string;
  command: string;
}

/** The terminal's last lines while a command runs, for a screen on which the terminal itself is out of sight. */
export function LiveOutput({ terminal, command }: Props): ReactElement | null {
  const { lastLines } = useLab();
  const [text, setText] = useState("");
  useEffect(() => {
    const look = (): void => setText(outputSince(command, lastLines(terminal)));
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [lastLines, terminal, command]);
  if (text === "") return null;
  return (
    <div className="output">
      <pre className="output__text" role="group" aria-label="Last lines of the terminal" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

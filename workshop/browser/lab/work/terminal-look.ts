import { usePreference } from "../../store/preferences.js";

const USUAL_PIXELS = 14;
const SMALLEST_PIXELS = 9;
const LARGEST_PIXELS = 28;

export interface TerminalLook {
  /** Pixels. */
  fontSize: number;
  isForScreenReader: boolean;
  setFontSize: (pixels: number) => void;
  setForScreenReader: (isOn: boolean) => void;
}

/** How this browser shows terminals: remembered, and the same for all of them. */
export function useTerminalLook(): TerminalLook {
  const [size, setSize] = usePreference("terminal-font");
  const [reader, setReader] = usePreference("terminal-screen-reader");
  return {
    fontSize: clampFont(size === undefined ? USUAL_PIXELS : Number(size)),
    isForScreenReader: reader === "on",
    setFontSize: (pixels) => setSize(String(clampFont(pixels))),
    setForScreenReader: (isOn) => setReader(isOn ? "on" : undefined),
  };
}

function clampFont(pixels: number): number {
  if (!Number.isFinite(pixels)) return USUAL_PIXELS;
  return Math.min(LARGEST_PIXELS, Math.max(SMALLEST_PIXELS, Math.round(pixels)));
}

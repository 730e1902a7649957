/** Width of the text, per cent of the panes: where it starts and how far it goes. */
export const DEFAULT_SHARE = 44;
const SMALLEST_SHARE = 25;
const LARGEST_SHARE = 75;
const STEP = 2;

export function clampShare(share: number): number {
  if (!Number.isFinite(share)) return DEFAULT_SHARE;
  return Math.min(LARGEST_SHARE, Math.max(SMALLEST_SHARE, share));
}

/** Where a key moves the divider to; `undefined` for a key that does not move it. */
export function shareAfterKey(share: number, key: string): number | undefined {
  switch (key) {
    case "ArrowLeft":
      return clampShare(share - STEP);
    case "ArrowRight":
      return clampShare(share + STEP);
    case "Home":
      return SMALLEST_SHARE;
    case "End":
      return LARGEST_SHARE;
    case "Enter":
      return DEFAULT_SHARE;
    default:
      return undefined;
  }
}

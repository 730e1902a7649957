/** What stands beside others that share a height with it. */
const SHARING = [".terminals__pane", ".work--lower > .terminals"];

/**
 * Pixels that notices take from a terminal's place for as long as they are shown: those of its pane, and its share of those over the panes.
 * Whatever comes and goes beside a terminal has `data-notice`.
 */
export function noticesHeight(place: HTMLElement): number {
  const pane = place.closest(".terminal-pane");
  const lab = place.closest(".lab");
  return heightOf(noticesIn(pane)) + heightOf(noticesIn(lab)) * shareOf(place);
}

function noticesIn(parent: Element | null): Iterable<Element> {
  return parent?.querySelectorAll(":scope > [data-notice]") ?? [];
}

/** How much of what the panes have together is the terminal's. */
function shareOf(place: HTMLElement): number {
  return SHARING.reduce((share, selector) => {
    const part = place.closest(selector);
    const all = heightOf(part?.parentElement?.children ?? []);
    return part && all > 0 ? (share * heightOf([part])) / all : share;
  }, 1);
}

function heightOf(elements: Iterable<Element>): number {
  return [...elements].reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
}

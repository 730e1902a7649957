/** The tile's link that a key leads to from the one that has the focus; nothing where it leads nowhere. */
export function tileAfter(list: HTMLElement, from: Element | null, key: string): HTMLElement | undefined {
  const links = [...list.querySelectorAll<HTMLElement>("a")];
  const at = links.findIndex((link) => link === from);
  if (at < 0) return undefined;
  const columns = columnsOf(links);
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -at,
    End: links.length - 1 - at,
  };
  const step = steps[key];
  return step === undefined ? undefined : links[at + step];
}

/** How many stand in the first row. */
function columnsOf(links: readonly HTMLElement[]): number {
  const top = links[0]?.getBoundingClientRect().top;
  const index = links.findIndex((link) => link.getBoundingClientRect().top !== top);
  return index < 0 ? links.length : index;
}

/** Says which element of a list is which: the value of its merge key, or the element itself where there is none. */
export type Identify = (element: unknown) => unknown;

/**
 * Orders a merged list as kube-apiserver does: elements named by the patch stand in the patch's order, the others in
 * the server's, and where the server's order does not decide, those of the patch go first.
 */
export function orderElements(
  merged: unknown[],
  patchOrder: unknown[],
  serverOrder: unknown[],
  identify: Identify,
): unknown[] {
  const patchRanks = ranksOf(patchOrder.map(identify));
  const serverRanks = ranksOf(serverOrder.map(identify));
  const named = merged.filter((element) => patchRanks.has(identify(element)));
  const others = merged.filter((element) => !patchRanks.has(identify(element)));
  return interleave(
    sortBy(others, serverRanks, identify),
    sortBy(named, patchRanks, identify),
    serverRanks,
    identify,
  );
}

/** The first place of each, so that looking for one takes no longer in a long list. */
function ranksOf(ids: readonly unknown[]): ReadonlyMap<unknown, number> {
  const ranks = new Map<unknown, number>();
  for (const [index, id] of ids.entries()) if (!ranks.has(id)) ranks.set(id, index);
  return ranks;
}

function sortBy(elements: unknown[], ranks: ReadonlyMap<unknown, number>, identify: Identify): unknown[] {
  const rank = (element: unknown): number => ranks.get(identify(element)) ?? Number.MAX_SAFE_INTEGER;
  return elements.toSorted((a, b) => rank(a) - rank(b));
}

function interleave(
  others: unknown[],
  named: unknown[],
  serverRanks: ReadonlyMap<unknown, number>,
  identify: Identify,
): unknown[] {
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < others.length && right < named.length) {
    const leftRank = serverRanks.get(identify(others[left]));
    const rightRank = serverRanks.get(identify(named[right]));
    const isLeftFirst = leftRank !== undefined && rightRank !== undefined && leftRank < rightRank;
    result.push(isLeftFirst ? others[left++] : named[right++]);
  }
  return [...result, ...others.slice(left), ...named.slice(right)];
}

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
  const patchIds = patchOrder.map(identify);
  const serverIds = serverOrder.map(identify);
  const named = merged.filter((element) => patchIds.includes(identify(element)));
  const others = merged.filter((element) => !patchIds.includes(identify(element)));
  return interleave(
    sortBy(others, serverIds, identify),
    sortBy(named, patchIds, identify),
    serverIds,
    identify,
  );
}

function sortBy(elements: unknown[], order: unknown[], identify: Identify): unknown[] {
  const rank = (element: unknown): number => {
    const index = order.indexOf(identify(element));
    return index === -1 ? order.length : index;
  };
  return elements.toSorted((a, b) => rank(a) - rank(b));
}

function interleave(
  others: unknown[],
  named: unknown[],
  serverIds: unknown[],
  identify: Identify,
): unknown[] {
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < others.length && right < named.length) {
    const leftRank = serverIds.indexOf(identify(others[left]));
    const rightRank = serverIds.indexOf(identify(named[right]));
    const isLeftFirst = leftRank !== -1 && rightRank !== -1 && leftRank < rightRank;
    result.push(isLeftFirst ? others[left++] : named[right++]);
  }
  return [...result, ...others.slice(left), ...named.slice(right)];
}

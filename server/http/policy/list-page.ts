import type { Request } from "express";
import { z } from "zod";

import { nameSearch } from "../../../policy/common/name-search.js";

/** The most items of one page; a list that asks for no page is whole. */
const MAX_PAGE = 1000;

const number = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);

/** What a list may be asked for besides, by the names of Tanzu Mission Control. */
export const LIST_QUERY = z.object({
  "searchScope.name": z.string().max(253).default("*"),
  "pagination.offset": number.default(0),
  "pagination.size": number.pipe(z.number().min(1).max(MAX_PAGE)).optional(),
});

/** What a list is of. */
interface Listed {
  fullName: { name: string; clusterName?: string };
}

/**
 * Those of the items whose name fits, and of these the page that is asked for. The order is that of names, and of clusters where names are the same: were it
 * the order in which clusters answer, one that is away would move what stands on every page. Throws what zod says of a query that is none. */
export function pageOf<T extends Listed>({ query }: Request, items: T[]): { page: T[]; totalCount: string } {
  const asked = LIST_QUERY.parse(query);
  const isLookedFor = nameSearch(asked["searchScope.name"]);
  const found = items.filter(({ fullName }) => isLookedFor(fullName.name)).toSorted(byName);
  const start = asked["pagination.offset"];
  const size = asked["pagination.size"] ?? found.length;
  return { page: found.slice(start, start + size), totalCount: String(found.length) };
}

function byName({ fullName: left }: Listed, { fullName: right }: Listed): number {
  return compare(left.name, right.name) || compare(left.clusterName ?? "", right.clusterName ?? "");
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

import type { Request } from "express";
import { z } from "zod";

import { compileGlob, matchesToken } from "../../../policy/common/glob.js";

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

/** Those of the items whose name fits, and of these the page that is asked for. Throws what zod says of a query that is none. */
export function pageOf<T extends { fullName: { name: string } }>(
  { query }: Request,
  items: T[],
): { page: T[]; totalCount: string } {
  const asked = LIST_QUERY.parse(query);
  const name = compileGlob(asked["searchScope.name"]);
  const found = items.filter(({ fullName }) => matchesToken(name, fullName.name));
  const start = asked["pagination.offset"];
  const size = asked["pagination.size"] ?? found.length;
  return { page: found.slice(start, start + size), totalCount: String(found.length) };
}

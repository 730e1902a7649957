import { expect, it } from "vitest";
import type { ObjectRow } from "../../../common/kubernetes-view.js";
import { afterChange } from "./live-objects.js";

const NOTHING = { rows: new Map(), events: new Map(), gone: new Map() };
const pod = { uid: "1", name: "web" } as ObjectRow;

it("an object that comes back has not gone", () => {
  const first = afterChange(NOTHING, { rows: [pod], events: [], gone: [] });
  const without = afterChange(first, { rows: [], events: [], gone: ["1"] });
  expect([...without.gone.values()]).toEqual([pod]);
  expect(without.rows.size).toBe(0);
  const back = afterChange(without, { rows: [pod], events: [], gone: [] });
  expect([...back.rows.values()]).toEqual([pod]);
  expect(back.gone.size).toBe(0);
});

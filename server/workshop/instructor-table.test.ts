import { expect, it, vi } from "vitest";
import { createInstructorTable } from "./instructor-table.js";
import type { SessionRow, TableChanges } from "./instructor-table.js";

const SESSIONS = 500;
const VIEWERS = 500;

it("works out and tells one row where one of 500 has changed, once for all 500 who look", async () => {
  const { table, done, asked } = tableOf(SESSIONS);
  expect(table.rows()).toHaveLength(SESSIONS);
  const told: TableChanges[] = [];
  for (let viewer = 0; viewer < VIEWERS; viewer += 1) table.follow((changes) => void told.push(changes));
  asked.mockClear();
  done.set("s7", 3);
  table.changed("s7");
  table.changed("s7");
  await expect.poll(() => told).toHaveLength(VIEWERS);
  expect(asked.mock.calls).toEqual([["s7"]]);
  expect(told[0]).toMatchObject({ rows: [{ id: "s7", stepsDone: 3 }], gone: [] });
  table.close();
});

it("tells of a session that is gone, and nothing where nothing is different", async () => {
  const { table, done } = tableOf(3);
  table.rows();
  const told: TableChanges[] = [];
  table.follow((changes) => void told.push(changes));
  table.changed("s1");
  done.delete("s2");
  table.changed("s2");
  await expect.poll(() => told).toEqual([{ rows: [], gone: ["s2"] }]);
  expect(table.rows().map(({ id }) => id)).toEqual(["s0", "s1"]);
  expect(table.row("s2")).toBeUndefined();
  table.close();
});

function tableOf(count: number) {
  const done = new Map(Array.from({ length: count }, (_, at) => [`s${String(at)}`, 0]));
  const asked = vi.fn((id: string): SessionRow | undefined => {
    const stepsDone = done.get(id);
    return stepsDone === undefined ? undefined : ({ id, stepsDone } as SessionRow);
  });
  const table = createInstructorTable(asked);
  for (const id of done.keys()) table.changed(id);
  return { table, done, asked };
}

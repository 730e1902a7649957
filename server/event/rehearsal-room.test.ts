import { describe, expect, it } from "vitest";
import { capacityReport } from "../../workshop/common/capacity.js";
import { roomFindings } from "./rehearsal-room.js";

const MEMORY = { where: "machine", name: "memory", unit: "count", free: 40, takes: 2, mayTake: 10 } as const;

function found(seats: number, live: number) {
  const report = capacityReport({ lab: "lab", sessions: seats, notes: [] }, [MEMORY]);
  return roomFindings(report, { live, maxSessions: 20 }).map(({ outcome, detail }) => [outcome, detail]);
}

describe("the room for those who may still come", () => {
  it("is enough while each finds a place and what it takes, and said to be tight where all may take more", () => {
    expect(found(4, 10)).toEqual([
      ["ok", "4 seats are free, and this server runs 10 more sessions at most (--max-sessions 20)"],
      ["ok", "4 seats are free, and there is room for 20, memory of the machine ends first"],
    ]);
    expect(found(10, 10).map(([outcome]) => outcome)).toEqual(["ok", "ok", "warning"]);
  });

  it("is not where the server runs no more sessions, or a resource ends before", () => {
    expect(found(11, 10).map(([outcome]) => outcome)).toEqual(["failed", "ok", "warning"]);
    expect(found(21, 0).map(([outcome]) => outcome)).toEqual(["failed", "failed"]);
    expect(found(0, 25).map(([outcome]) => outcome)).toEqual(["ok", "ok"]);
  });
});

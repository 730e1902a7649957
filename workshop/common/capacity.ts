/** A resource that sessions use up, and how much of it they take. */
export interface Resource {
  where: "machine" | "nodes";
  name: string;
  unit: "bytes" | "cores" | "count";
  free: number;
  /** What every session takes, even where nobody does anything in it. */
  takes: number;
  /** The most a session may take. */
  mayTake: number;
}

export interface CapacityRow extends Resource {
  /** Sessions there is room for while they do nothing; `null` where it never ends. */
  enoughFor: number | null;
  /** Sessions there is room for when each takes all it may. */
  enoughForAll: number | null;
}

/** Whether there is room for so many sessions of a lab, beyond what runs now. */
export interface CapacityReport {
  lab: string;
  sessions: number;
  rows: CapacityRow[];
  /** Whether every session finds what it takes in any case. */
  isEnough: boolean;
  /** Whether they would all find room if each took all it may. */
  isEnoughForAll: boolean;
  /** The resource that ends first while they do nothing, and when each takes all it may. */
  endsFirst?: Pick<CapacityRow, "where" | "name">;
  endsFirstForAll?: Pick<CapacityRow, "where" | "name">;
  /** What was not reckoned with, in sentences. */
  notes: string[];
}

/** Works out for how many sessions each resource is enough, and which ends first. */
export function capacityReport(
  asked: Pick<CapacityReport, "lab" | "sessions" | "notes">,
  resources: readonly Resource[],
): CapacityReport {
  const rows = resources.map((resource): CapacityRow => ({
    ...resource,
    enoughFor: enough(resource.free, resource.takes),
    enoughForAll: enough(resource.free, resource.mayTake),
  }));
  const first = firstToEnd(rows, ({ enoughFor }) => enoughFor);
  const firstForAll = firstToEnd(rows, ({ enoughForAll }) => enoughForAll);
  const fits = (most: number | null | undefined) => (most ?? Number.POSITIVE_INFINITY) >= asked.sessions;
  return {
    ...asked,
    rows,
    isEnough: fits(first?.enoughFor),
    isEnoughForAll: fits(firstForAll?.enoughForAll),
    ...(first ? { endsFirst: { where: first.where, name: first.name } } : {}),
    ...(firstForAll ? { endsFirstForAll: { where: firstForAll.where, name: firstForAll.name } } : {}),
  };
}

function enough(free: number, each: number): number | null {
  return each === 0 ? null : Math.max(0, Math.floor(free / each));
}

function firstToEnd(
  rows: readonly CapacityRow[],
  most: (row: CapacityRow) => number | null,
): CapacityRow | undefined {
  const ending = rows.filter((row) => most(row) !== null);
  return ending.toSorted((one, other) => (most(one) ?? 0) - (most(other) ?? 0))[0];
}

/** Room for sessions that are being asked for and not counted yet. */
export interface SessionPlaces {
  /**
   * Takes places where there is room for them besides the `live` sessions and the places others hold; resolves to nothing where there is
   * none, and else to how they are given back once the sessions are counted.
   */
  take(count: number, live: number): Promise<(() => void) | undefined>;
}

/** The places of one server. */
export function ownPlaces(most: number): SessionPlaces {
  let taken = 0;
  return {
    take: async (count, live) => {
      if (live + taken + count > most) return undefined;
      taken += count;
      return () => void (taken -= count);
    },
  };
}

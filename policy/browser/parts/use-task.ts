import { useRef, useState } from "react";
import { problemText } from "../api/policy-api.js";

export interface TaskState {
  isBusy: boolean;
  problem: string | undefined;
  /** Does the work unless some is under way; resolves to whether it was done. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  /** Shows a problem that needs no asking of the server, or clears it. */
  setProblem: (problem: string | undefined) => void;
}

/** One piece of work at a time, with what went wrong in the last. */
export function useTask(): TaskState {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isUnderWay = useRef(false);
  async function run(work: () => Promise<void>): Promise<boolean> {
    if (isUnderWay.current) return false;
    isUnderWay.current = true;
    setIsBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemText(error));
      return false;
    } finally {
      isUnderWay.current = false;
      setIsBusy(false);
    }
  }
  return { isBusy, problem, run, setProblem };
}

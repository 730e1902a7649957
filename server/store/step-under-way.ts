import type { SavedStep } from "../../workshop/node/activity-store.js";

/** A step cannot begin because a run of it is under way, here or on another server. */
export class StepUnderWay extends Error {
  override readonly name = "StepUnderWay";
  readonly run: SavedStep;

  constructor(run: SavedStep) {
    super(`step ${run.result.step} of ${run.session} is under way`);
    this.run = run;
  }
}

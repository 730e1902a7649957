import type { ApiProblem } from "../../common/api.js";
import { ApiError, BROWSER_ERROR } from "../errors.js";

/** What the server said to a call that it refused. */
export async function refusal(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => undefined)) as Partial<ApiProblem> | undefined;
  const message = problem?.error?.message ?? `The server answered ${response.status}. Try again in a moment.`;
  return new ApiError(problem?.error?.code ?? BROWSER_ERROR.unreadable, message, { status: response.status });
}

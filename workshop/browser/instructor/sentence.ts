/** What programs and libraries say, as a sentence: it begins with a small letter and ends without a full stop as often as not. */
export function sentence(problem: string): string {
  const begun = problem.charAt(0).toUpperCase() + problem.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

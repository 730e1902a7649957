import { describe, expect, it } from "vitest";
import { patternWords } from "./pattern-words.js";

describe("the words of a pattern", () => {
  it.each([
    ["denied", "denied"],
    ["FailedCreate.*no-busybox-image-policy", "FailedCreate and no-busybox-image-policy"],
    ["created|configured|unchanged", "created, configured or unchanged"],
    ["[Ff]orbidden", "forbidden"],
    ["^web\\s+1/1", "“web 1/1”"],
    ["nginx:1\\.27", "nginx:1.27"],
    ["a.+?b|c", "a and b or c"],
  ])("%s is %s", (pattern, words) => {
    expect(patternWords(pattern)).toBe(words);
  });

  it.each(["(a|b)c", "\\d+", "[a-z]+", "a{3}", "", "a|", "x*", "\\"])("%j is more than words", (pattern) => {
    expect(patternWords(pattern)).toBeUndefined();
  });
});

/** What differs between two runs on the same cluster too: random names, times, addresses, versions. */
const varying: [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UID"],
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, "TIME"],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}/g, "TIME"],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}/g, "TIME"],
  [/\b[a-z][a-z0-9-]*?\.[0-9a-f]{16}\b/g, "EVENT"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{7,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-HASH-RANDOM"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{7,10}\b(?=[" ,\n/:]|$)/gm, "-HASH"],
  [/(pod-template-hash"?[=:]\s*"?)[bcdfghjklmnpqrstvwxz2456789]{7,10}\b/g, "$1HASH"],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, "kube-api-access-RANDOM"],
  [/(kubernetes\.io\/hash[=:]\s*"?)[bcdfghjklmnpqrstvwxz2456789]{7,10}\b/g, "$1HASH"],
  [/\b(web|task)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1-RANDOM"],
  [/(resourceVersion: )"\d+"/g, '$1"VERSION"'],
  [/(\\"resourceVersion\\":\\")\d+/g, "$1VERSION"],
  [/\b(?:10\.\d+\.\d+\.\d+|192\.0\.2\.1)\b/g, "ADDRESS"],
  [/(?<=[\s(])<?(?:\d+[smh]){1,2}(?=[\s)]|$)/gm, "AGE"],
  [/\bx\d+ over AGE/g, "AGE"],
  // Types of fields have names that end in a number.
  [/\b(selfType|Deployment|Service|ConfigMap)\d+\b/g, "$1NUMBER"],
  [/\b(?:lectern-simulated|simulated)\b/g, "NODE"],
  [/https:\/\/127\.0\.0\.1:\d+/g, "SERVER"],
  [/ {2,}/g, "  "],
  [/ +$/gm, ""],
];

/** The text with everything that varies between equal clusters replaced by its sort. */
export function normalised(text: string, namespace: string): string {
  return varying.reduce(
    (result, [pattern, sort]) => result.replace(pattern, sort),
    text.replaceAll(namespace, "NAMESPACE"),
  );
}

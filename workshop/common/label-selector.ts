/** True where the labels satisfy every requirement of an equality selector: `app=x,tier!=y,env`. */
export function matchesLabels(selector: string, labels: Readonly<Record<string, string>>): boolean {
  return selector.split(",").every((requirement) => isRequirementMet(requirement.trim(), labels));
}

function isRequirementMet(requirement: string, labels: Readonly<Record<string, string>>): boolean {
  const parts = /^(!?)([^=!]+?)(?:(!=|==?)(.*))?$/.exec(requirement);
  if (!parts) return false;
  const name = parts[2] ?? "";
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  if (parts[3] === "!=") return value !== parts[4];
  if (parts[3]) return value === parts[4];
  return parts[1] === "!" ? value === undefined : value !== undefined;
}

import type { Condition } from "./condition.js";
import { type FieldTest, type FieldOperator, isNamed } from "./condition-field.js";
import { kindOf } from "./condition-kinds.js";
import { patternWords } from "./pattern-words.js";

/** What must come true, as a sentence for a learner: `Deployment web is available`. */
export function conditionText(condition: Condition): string {
  if (!condition.isNegated) return positiveText(condition);
  return `It is not so that ${lower(positiveText(condition))}`;
}

function positiveText(condition: Condition): string {
  if (condition.count) return countedText(condition, amountWords(condition.count));
  if (condition.kind === "namespace") return namespaceText(condition);
  if (condition.kind === "event") return eventText(condition);
  const { title } = kindOf(condition.kind);
  const labels = condition.selector ? ` with labels ${condition.selector}` : "";
  const which = `${title}${condition.name ? ` ${condition.name}` : ""}${labels}${placeWords(condition)}`;
  const facts = condition.fields.map(hasText);
  if (condition.state === "absent")
    return `There is no ${which}${facts.length > 0 ? ` that ${facts.join(" and ")}` : ""}`;
  if (condition.state !== "exists") facts.push(`is ${condition.state.replace("-", " ")}`);
  if (facts.length === 0)
    return condition.name ? `${capital(which)} exists` : `There is ${article(which)}${which}`;
  return capital(`${condition.name ? "" : article(which)}${which} ${facts.join(" and ")}`);
}

/** That a condition is not true yet, as a sentence; `unmet` is a test that no object meets where it fails for that. */
export function unmetText(condition: Condition, unmet: FieldTest | undefined, isThere: boolean): string {
  if (condition.kind === "event") return unmetEvent(condition, unmet, isThere);
  if (condition.kind === "namespace")
    return unmet
      ? `${namespaceSubject(condition)} ${negated(unmet)} yet.`
      : `Not yet: ${lower(namespaceText(condition))}.`;
  const { title } = kindOf(condition.kind);
  const place = placeWords(condition);
  const name = condition.name ? `The ${title} ${condition.name}${place}` : undefined;
  const labels = `${condition.selector ? ` with the labels ${condition.selector}` : ""}${place}`;
  if (!isThere) return name ? `${name} does not exist yet.` : `There is no ${title}${labels} yet.`;
  if (unmet) return name ? `${name} ${negated(unmet)} yet.` : `No ${title}${labels} ${hasText(unmet)} yet.`;
  const state = condition.state.replace("-", " ");
  return name ? `${name} is not ${state} yet.` : `No ${title}${labels} is ${state} yet.`;
}

/** How many there are, where a number of them is wanted. */
export function countText(condition: Condition, count: number): string {
  return `${countedText(condition, String(count))}.`;
}

function countedText(condition: Condition, amount: string): string {
  const { title, titles } = kindOf(condition.kind);
  const labels = `${condition.selector ? ` with labels ${condition.selector}` : ""}${placeWords(condition)}`;
  const facts = condition.fields.map(hasText);
  if (condition.state !== "exists") facts.push(`is ${condition.state.replace("-", " ")}`);
  const said = facts.join(" and ");
  if (amount === "1") return `There is 1 ${title}${labels}${said && ` that ${said}`}`;
  return `There are ${amount} ${titles}${labels}${said && `, each of which ${said}`}`;
}

const AMOUNTS: Record<FieldOperator, string> = {
  "=": "",
  "!=": "other than ",
  ">=": "at least ",
  "<=": "at most ",
  ">": "more than ",
  "<": "less than ",
};

function amountWords({ operator, value }: Omit<FieldTest, "field">): string {
  return `${AMOUNTS[operator]}${value}`;
}

/** That objects which should be gone are there still. */
export function stillThereText({ kind, name }: Condition, count: number, names: string): string {
  const { title, titles } = kindOf(kind);
  if (name) return `The ${title} ${name} is still there.`;
  return count === 1
    ? `The ${title} ${names} is still there.`
    : `${count} ${titles} are still there: ${names}.`;
}

function placeWords({ namespace }: Condition): string {
  return namespace === undefined ? "" : ` in the namespace ${namespace}`;
}

/** A learner begins in one namespace and knows it as theirs. */
function namespaceSubject({ name }: Condition): string {
  return name === undefined ? "Your namespace" : `The namespace ${name}`;
}

function namespaceText(condition: Condition): string {
  const { fields, selector, state } = condition;
  const subject = namespaceSubject(condition);
  const facts = [
    ...fields.map((test) =>
      test.field === "workspace" && !test.isPattern
        ? `belongs to the workspace ${test.value}`
        : hasText(test),
    ),
    ...(selector ? [`has the labels ${selector}`] : []),
  ];
  const said = facts.join(" and ") || "exists";
  return state === "absent" ? `It is not so that ${lower(subject)} ${said}` : `${subject} ${said}`;
}

/** `A FailedCreate event says that no-busybox refused the image busybox of container busybox`. */
function eventText(condition: Condition): string {
  const of = (field: string): string | undefined => {
    const test = condition.fields.find((candidate) => candidate.field === field);
    return test && valueWords(test);
  };
  const { name, selector } = condition;
  const about = of("object");
  const words = [
    ...[of("type"), of("reason"), "event", name].filter(Boolean),
    ...(selector ? [`with the labels ${selector}`] : []),
    ...(about ? [`about ${about}`] : []),
  ].join(" ");
  const subject = `${words}${placeWords(condition)}`;
  const message = of("message");
  const said = [...refusalText(of), ...(message ? [`says ${message}`] : [])].join(" and ");
  if (condition.state === "absent") return `There is no ${subject}${said === "" ? "" : ` that ${said}`}`;
  if (said === "") return `There is ${article(subject)}${subject}`;
  return capital(`${article(subject)}${subject} ${said}`);
}

function refusalText(of: (field: string) => string | undefined): string[] {
  const [policy, image, container] = [of("policy"), of("image"), of("container")];
  if (policy === undefined && image === undefined && container === undefined) return [];
  const what = image ? `the image ${image}` : "an image";
  return [
    `says that ${policy ?? "a policy"} refused ${what}${container ? ` of container ${container}` : ""}`,
  ];
}

function unmetEvent(condition: Condition, unmet: FieldTest | undefined, isThere: boolean): string {
  if (!isThere) return "There are no such events yet.";
  if (unmet) return `The events do not name ${valueWords(unmet)} yet.`;
  return `No event says all of it yet: ${lower(eventText(condition))}.`;
}

function hasText(test: FieldTest): string {
  const words = valueWords(test);
  if (!isNamed(test.field)) return `has ${test.field} ${amountWords({ ...test, value: words })}`;
  if (test.operator === "!=") return negated({ ...test, operator: "=" });
  if (test.field === "data") return `has ${words} in its data`;
  if (test.field === "recipe") return `uses the template ${templateName(words)}`;
  return test.field === "workspace" ? `belongs to the workspace ${words}` : `has the ${test.field} ${words}`;
}

function negated(test: FieldTest): string {
  const words = valueWords(test);
  if (!isNamed(test.field)) return `does not have ${test.field} ${amountWords({ ...test, value: words })}`;
  if (test.operator === "!=") return hasText({ ...test, operator: "=" });
  if (test.field === "data") return `does not have ${words} in its data`;
  if (test.field === "recipe") return `does not use the template ${templateName(words)}`;
  if (test.field === "workspace") return `does not belong to the workspace ${words}`;
  return `does not have the ${test.field} ${words}`;
}

/** The console's names of the templates. */
const TEMPLATES: Record<string, string> = {
  "require-digest": "Require Digest",
  "block-latest-tag": "Block latest tag",
  "allowed-name-tag": "Name-Tag allowlist",
  custom: "Custom",
};

function templateName(recipe: string): string {
  return TEMPLATES[recipe] ?? recipe;
}

/** A pattern that is more than words would tell a learner nothing. */
function valueWords({ value, isPattern }: FieldTest): string {
  return isPattern ? (patternWords(value) ?? "what this step asks for") : value;
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? "an " : "a ";
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}

function lower(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

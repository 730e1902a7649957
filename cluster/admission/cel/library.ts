import type { Environment } from "@marcbachmann/cel-js";

/** Adds one group of Kubernetes' CEL functions to an environment. */
export type CelLibrary = (environment: Environment) => void;

/** Registers synchronous functions by signature; the handlers get CEL values (ints are bigints). */
export function registerAll(
  environment: Environment,
  functions: Record<string, (...args: never[]) => unknown>,
): void {
  for (const [signature, handler] of Object.entries(functions)) {
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown, { async: false });
  }
}

/** Makes `name.f(...)` callable: CEL's namespaces are constants of a type of their own, here `type`. */
export function registerNamespace(environment: Environment, name: string, type: string): void {
  class Namespace {
    readonly name = name;
  }
  environment.registerType(type, Namespace).registerConstant(name, type, new Namespace());
}

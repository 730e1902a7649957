/** Why a registry told nothing: a clause that follows its name. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
}

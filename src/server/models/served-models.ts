import type { ServedModel } from './served-model.js';

/** The models of this process that answer requests. It is empty until all of them are warm. */
export class ServedModels {
  #models: readonly ServedModel[] = [];

  /** @param models all warm; requests that name no model go to the first */
  serve(models: readonly ServedModel[]): void {
    this.#models = models;
  }

  /** In the order of the configuration. */
  get all(): readonly ServedModel[] {
    return this.#models;
  }

  /** The model of that name, or the first one if no name is given. */
  find(name?: string): ServedModel | undefined {
    return name === undefined ? this.#models[0] : this.#models.find((model) => model.name === name);
  }
}

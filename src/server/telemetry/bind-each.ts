/** Binds the series of each value that a label can have. */
export function bindEach<V extends string, S>(
  values: readonly V[],
  bind: (value: V) => S,
): Readonly<Record<V, S>> {
  const all = {} as Record<V, S>;
  for (const value of values) all[value] = bind(value);
  return all;
}

/**
 * Names of the nodes that ran on the CPU, each once, in the order in which they ran.
 *
 * The runtime writes a profile as JSON but puts names in as they are, quotes and backslashes too, so that a parser of
 * JSON may not take it.
 *
 * @param profile what the runtime's profiler wrote
 */
export function cpuNodesOfProfile(profile: string): string[] {
  const names = new Set<string>();
  for (const event of profile.split('{"cat" : "')) {
    if (!event.startsWith('Node"')) continue;
    if (!event.includes('"provider" : "CPUExecutionProvider"')) continue;
    const name = /"name" :"(.*?)_kernel_time","args" :/s.exec(event)?.[1];
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

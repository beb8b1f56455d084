/**
 * Names of the nodes that ran on the CPU, each once, in execution order.
 *
 * The runtime writes the profile as JSON but does not escape quotes and backslashes in names, so a JSON parser may
 * reject it.
 *
 * @param profile the text that the runtime's profiler wrote
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

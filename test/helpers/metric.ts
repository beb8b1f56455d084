/** The value of one series of GET /metrics, with its labels in the given order; NaN if there is no such series. */
export async function metric(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const start = `batch_dispatch_${series} `;
  const line = text.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? Number.NaN : Number(line.slice(start.length));
}

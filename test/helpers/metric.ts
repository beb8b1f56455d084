/** The value of one series that GET /metrics gives, its labels in the order given; NaN if it is not there. */
export async function metric(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const start = `batch_dispatch_${series} `;
  const line = text.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? Number.NaN : Number(line.slice(start.length));
}

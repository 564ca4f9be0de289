// Figures of /metrics, as Prometheus would read them.

/** The text of /metrics, on a connection of its own: any worker may answer. */
export async function metricsOf(baseUrl: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/metrics`, { headers: { connection: 'close' } });
  if (answer.status !== 200) throw new Error(`/metrics: status ${answer.status}`);
  return await answer.text();
}

/** Every series: its name and labels, as written. */
export function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The sum of the series with that name and those labels; 0 when there is none. */
export function countOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [series, value] of seriesOf(text)) {
    if (!series.startsWith(`${name}{`)) continue;
    if (wanted.every((pair) => series.includes(pair))) sum += value;
  }
  return sum;
}

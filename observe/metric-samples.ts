// Reads the text format in which a process shows its metrics: one sample per line.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function parseSamples(text: string): Sample[] {
  return text.split('\n').flatMap((row) => {
    const [, name, labels = '', value] = line.exec(row) ?? [];
    if (name === undefined || row.startsWith('#')) {
      return [];
    }
    const pairs = [...labels.matchAll(label)].map(([, key = '', content = '']) => [key, content]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** Of all samples with these labels. */
export function sumOf(samples: readonly Sample[], wanted: Record<string, string>): number {
  return samples
    .filter(({ labels }) => Object.entries(wanted).every(([name, text]) => labels[name] === text))
    .reduce((sum, { value }) => sum + value, 0);
}

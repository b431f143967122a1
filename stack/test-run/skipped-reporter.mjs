// A reporter for node:test that names the skipped tests, one on each line: in CI they are failures.

// oxlint-disable-next-line import/no-default-export -- node:test asks a reporter for one
export default async function* skippedTests(source) {
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, skip, file } = event.data;
    if (skip !== undefined && skip !== false) yield `${name} (${file ?? 'unknown file'})\n`;
  }
}

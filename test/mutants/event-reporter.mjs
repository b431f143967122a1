// A reporter for node:test that says what passed and what failed as it happens, a JSON line each.

// oxlint-disable-next-line import/no-default-export -- node:test asks a reporter for one
export default async function* testEvents(source) {
  for await (const { type, data } of source) {
    if (type === 'test:pass' && data.skip === undefined)
      yield `${JSON.stringify({ passed: data.name })}\n`;
    if (type === 'test:fail') {
      const { error } = data.details;
      const why = String(error?.cause?.message ?? error?.message ?? error);
      yield `${JSON.stringify({ failed: data.name, why: why.split('\n')[0] })}\n`;
    }
  }
}

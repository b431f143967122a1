// Resources and codes as people type them: brought to their one spelling, or refused with what
// would have been right.

import { type CachedResource, cachedResources, type ResourceName } from '../contract/resources.ts';
import { UsageError } from './command.ts';

export type NamedResource = CachedResource & { readonly name: ResourceName };

/** @throws UsageError that lists what there is. */
export function resourceNamed(text: string): NamedResource {
  const resource = cachedResources.find(({ name }) => name === text);
  if (resource === undefined) {
    const known = cachedResources.map(({ name }) => name).join(', ');
    throw new UsageError(
      `there is no cached resource "${text}". There are: ${known}.\n` +
        '  A new one needs its line in contract/resources.ts; see docs/getting-started.md.',
    );
  }
  return resource;
}

/** @throws UsageError naming the one that is none. */
export function canonicalCodes(resource: CachedResource, codes: readonly string[]): string[] {
  return codes.map((text) => {
    const code = resource.canonicalCode(text);
    if (code === null) {
      throw new UsageError(
        `"${text}" is no code of ${resource.name}: contract/resources.ts has the rule.\n` +
          `  Codes that are cached now: redis-cli --scan --pattern '${resource.keyPrefix}*'`,
      );
    }
    return code;
  });
}

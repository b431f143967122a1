// A code in an address, brought to its one spelling before anything else sees it.

import { z } from 'zod';
import { cachedResource, type ResourceName } from '../contract/resources.ts';

export function canonicalCodeOf(name: ResourceName, rule: string) {
  const resource = cachedResource(name);
  return z.string().transform((text, context) => {
    const canonical = resource.canonicalCode(text);
    if (canonical === null) {
      context.addIssue({ code: 'custom', message: rule });
      return z.NEVER;
    }
    return canonical;
  });
}

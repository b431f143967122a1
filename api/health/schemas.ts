// The shape of GET /health.

import { z } from 'zod';

const checkSchema = z
  .looseObject({
    status: z.enum(['up', 'down']),
    latency_ms: z.number(),
    error: z.string().optional(),
    since: z.iso.datetime().optional(),
  })
  .meta({ id: 'ServerCheck' });

const resourceSchema = z
  .object({
    lag_ms: z.int().nullable().meta({ description: 'Null when it can not be known' }),
    bound_ms: z.int(),
    bypass: z.string().nullable().meta({ description: 'Why reads do not use the cache, or null' }),
  })
  .meta({ id: 'ResourceHealth' });

export type ResourceHealth = z.output<typeof resourceSchema>;

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    uptime_s: z.int().min(0),
    checks: z.record(z.string(), checkSchema),
    resources: z.record(z.string(), resourceSchema),
  })
  .meta({ id: 'Health' });

export type Health = z.output<typeof healthSchema>;

export const livezSchema = z.object({ status: z.literal('ok') });
export const readyzSchema = z.object({ ready: z.boolean() });

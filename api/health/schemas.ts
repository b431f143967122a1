// The shape of GET /health.

import { z } from 'zod';

const checkSchema = z
  .looseObject({
    status: z.enum(['up', 'down']),
    latency_ms: z.number(),
    error: z.string().optional(),
    since: z.iso.datetime().optional(),
    problem: z.string().optional(),
    fix: z.string().optional().meta({ description: 'What to type' }),
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

const healthProblemSchema = z
  .object({
    problem: z.string().meta({ example: 'postgres-login' }),
    detail: z.string(),
    fix: z.string().meta({ description: 'What to type' }),
  })
  .meta({ id: 'HealthProblem' });

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    uptime_s: z.int().min(0),
    checks: z.record(z.string(), checkSchema),
    resources: z.record(z.string(), resourceSchema),
    problems: z.array(healthProblemSchema),
  })
  .meta({ id: 'Health' });

export type Health = z.output<typeof healthSchema>;

export const livezSchema = z.object({ status: z.literal('ok') });
export const readyzSchema = z.object({ ready: z.boolean() });

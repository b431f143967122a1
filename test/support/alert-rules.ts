// The alerts, made from the problems that the code knows: deploy/prometheus/rules.yml must be this
// text. Whoever changes contract/problems.ts writes it anew with UPDATE_DOCS=true.

import { type ProblemId, type ProblemKind, problemKinds } from '../../contract/problems.ts';

/** What else shows a problem, also while nobody examines. */
const furtherSigns: Partial<Record<ProblemId, string>> = {
  'auditor-missing': 'absent(cinesync_outbox_rows)',
  'cache-bypassed': 'max(cinesync_cache_bypassed) == 1',
  'capture-broken': 'max(cinesync_audit_findings) > 0',
  'dead-letters': 'sum(increase(cinesync_dead_letters_total[1h])) > 0',
  'listener-missing': 'max(cinesync_listener_leads) == 0',
  'outbox-backlog': 'max(cinesync_outbox_oldest_seconds) > 30',
  'process-down': 'max(up{job="cinesync"} == bool 0) == 1',
  'stale-entry': 'sum(increase(cinesync_audit_comparisons_total{outcome="stale"}[1h])) > 0',
};

/** Nobody but Prometheus can see these. */
const onlySeenFromOutside: readonly string[] = ['auditor-missing', 'process-down'];

const waits = { page: '1m', ticket: '5m' } as const;

export interface Alert {
  readonly problem: ProblemId;
  readonly name: string;
  readonly severity: 'page' | 'ticket';
  readonly expression: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const kinds = Object.entries(problemKinds) as [ProblemId, ProblemKind][];

/** Advice wakes nobody. */
export const alerts: readonly Alert[] = kinds.flatMap(([problem, { title, severity, fix }]) => {
  if (severity === 'advice') {
    return [];
  }
  const shown = `max(cinesync_problem{problem="${problem}"}) == 1`;
  const signs = [
    ...(onlySeenFromOutside.includes(problem) ? [] : [shown]),
    ...(furtherSigns[problem] === undefined ? [] : [furtherSigns[problem]]),
  ];
  const words = problem.split('-').map((word) => word[0]?.toUpperCase() + word.slice(1));
  const name = `CineSync${words.join('')}`;
  const annotations = { summary: title, type: fix, runbook: `docs/runbook/${problem}.md` };
  return [{ problem, name, severity, expression: signs.join(' or '), annotations }];
});

export function renderRules(): string {
  const rules = alerts.map(({ name, severity, expression, annotations }) => {
    const notes = Object.entries(annotations).map(
      ([key, text]) => `          ${key}: >-\n            ${text}`,
    );
    return [
      `      - alert: ${name}`,
      `        expr: >-`,
      ...expression.split(/(?= or )/).map((sign) => `          ${sign.trim()}`),
      `        for: ${waits[severity]}`,
      `        labels: { severity: ${severity} }`,
      `        annotations:`,
      ...notes,
    ].join('\n');
  });
  return `# One alert for each problem that /health and \`cinesync doctor\` can name, with what to
# type and a page in docs/runbook. Made from contract/problems.ts, and tested by promtool.

groups:
  - name: cinesync
    rules:
${rules.join('\n')}
`;
}

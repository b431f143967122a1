// A run from the command line: servers of its own, then scenario after scenario. What each found is
// written at once, so that a run that was interrupted can be taken up again.

import { clearData } from '../stack/instance-data.ts';
import { createProgress, type Progress, type Step } from '../stack/progress.ts';
import { runSession, type Session } from '../stack/session.ts';
import { describeError } from '../platform/errors.ts';
import { reverseScope } from '../test/support/scope.ts';
import { judge } from './measure/verdict.ts';
import type { BenchOptions } from './options.ts';
import { describeMachine } from './report/machine.ts';
import { openResults, type Results } from './report/results.ts';
import { tableOf } from './report/table.ts';
import type { Bench, Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { startWorld } from './world/world.ts';

const rounds = { quick: 3, full: 4 };
/** A scenario that takes longer hangs: the others still get their turn. */
const scenarioMaxMs = 5 * 60_000;

export async function runCommand(options: BenchOptions): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const body = (session: Session): Promise<number> => runAll(session, options, say);
  return await runSession({
    instances: ['bench'],
    command: 'npm run bench',
    codeWhenStopped: 1,
    say,
    body,
  });
}

async function runAll(
  session: Session,
  options: BenchOptions,
  say: (text: string) => void,
): Promise<number> {
  const { seed, quick } = options;
  clearData(session.places);
  session.onEnd(() => clearData(session.places));
  say(`The order of the arms has the seed ${seed} (again: npm run bench -- --seed ${seed})`);
  const progress = createProgress({ stream: process.stdout, env: process.env });
  void session.stop.then(() => progress.close());
  const failures: string[] = [];
  const results = await measureAll(session, options, progress, failures).finally(() =>
    progress.close(),
  );
  say(`\n${tableOf(results.all)}\n`);
  for (const failure of failures) say(failure);
  say(`Kept in ${results.write({ pictures: true })}`);
  if (quick) say('A quick look: what counts is a run without --quick, on a machine at rest.');
  return failures.length === 0 ? 0 : 1;
}

async function measureAll(
  session: Session,
  options: BenchOptions,
  progress: Progress,
  failures: string[],
): Promise<Results> {
  const world = await startWorld(session, progress);
  const results = openResults(options, describeMachine(world.versions));
  for (const scenario of scenarios.filter(({ name }) => options.names.includes(name))) {
    const step = progress.step(scenario.name);
    if (results.has(scenario.name)) {
      step.succeed('measured before');
      continue;
    }
    try {
      await measureOne({ scenario, session, step, results, bench: { ...options, world } });
    } catch (error) {
      step.fail(describeError(error).split('\n')[0] ?? '');
      failures.push(`${scenario.name} failed: ${error instanceof Error ? error.stack : ''}`);
    }
  }
  return results;
}

interface Measurement {
  readonly scenario: Scenario;
  readonly session: Session;
  readonly step: Step;
  readonly results: Results;
  readonly bench: Pick<Bench, 'quick' | 'seed' | 'world'>;
}

async function measureOne(measurement: Measurement): Promise<void> {
  const { scenario, session, step, results, bench } = measurement;
  const beganMs = performance.now();
  let cleanUp = async (): Promise<void> => undefined;
  const scope = reverseScope({ after: (all) => void (cleanUp = async () => await all()) });
  session.onEnd(() => cleanUp());
  try {
    const findings = await withinTime(
      scenario.run({
        ...bench,
        rounds: bench.quick ? rounds.quick : rounds.full,
        scope,
        report: (text) => step.report(text),
      }),
    );
    const figures = findings.figures.map(judge);
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    results.add({ name: scenario.name, about: scenario.about, seconds, ...findings, figures });
    results.write({ pictures: false });
    const counts = ['met', 'not met', 'not measured'].map(
      (verdict) => `${figures.filter((figure) => figure.verdict === verdict).length} ${verdict}`,
    );
    step.succeed(counts.join(', '));
  } finally {
    const ending = cleanUp;
    cleanUp = async () => undefined;
    await ending();
  }
}

async function withinTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `not done after ${scenarioMaxMs / 1000} s`;
    timer = setTimeout(() => reject(new Error(message)), scenarioMaxMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

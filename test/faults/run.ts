// One run: a world, a load, and round after round of faults, each with a look at the pipeline at
// rest behind it.

import { once } from 'node:events';
import type { Places } from '../../stack/places.ts';
import type { Progress, Step } from '../../stack/progress.ts';
import { elapse, sharedSignal } from './elapse.ts';
import { catalogue } from './faults/catalogue.ts';
import { FaultRunner } from './fault-runner.ts';
import { lookAtEvents, readCounters } from './event-look.ts';
import { EventLedger } from './model/event-ledger.ts';
import { Model } from './model/model.ts';
import { Referee } from './model/referee.ts';
import type { FaultsOptions } from './options.ts';
import { planRounds } from './plan.ts';
import { Random } from './random.ts';
import { count, Tally } from './report/tally.ts';
import { tellWhy } from './report/why.ts';
import { lookAtRest, type Rest } from './rest.ts';
import { filmOfCell } from './workload/names.ts';
import { Workload } from './workload/workload.ts';
import { controlPipeline, testedPipeline } from './world/pipeline.ts';
import { startWorld, type World } from './world/world.ts';

export interface RunOptions extends FaultsOptions {
  readonly places: Places;
  readonly progress: Progress;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  /** What happens, for the log of the run. */
  say(text: string): void;
  onEnd(cleanUp: () => Promise<void> | void): void;
}

export interface Outcome {
  readonly tally: Tally;
  readonly commits: number;
  readonly rounds: number;
}

const readersPerApi = 10;
const readIntervalMs = 14;
/** What a pipeline that nothing happens to any more has to be current again. */
const caughtUpWithinMs = 120_000;
/** After the last fault of a round, under load still. */
const recoveryMs = 2000;

export async function run(options: RunOptions): Promise<Outcome> {
  const { control, source, mode, seed, onEnd } = options;
  const pipeline = control ? controlPipeline() : testedPipeline(source, mode);
  const world = await startWorld({ ...options, pipeline });
  onEnd(() => world.stop());
  const tally = new Tally();
  const model = new Model();
  const ledger = new EventLedger({ filmOf: filmOfCell });
  const referee = new Referee({
    model,
    onCommit: (changes) => ledger.note(changes, (cell) => model.latest(cell)),
    onRight: (sighting, staleMs) => tally.answer(sighting, staleMs),
    onWrong: (sighting, wrong) => tellWhy({ world, model, tally }, sighting, wrong),
  });
  const workload = new Workload({
    world,
    random: new Random(`workload ${seed}`),
    model,
    referee,
    readersPerApi,
    readIntervalMs,
    onSighting: (sighting) => referee.see(sighting),
    onNoAnswer: () => tally.noAnswer(),
    onOutcome: (outcome, deed) => {
      count(tally.outcomes, outcome);
      count(tally.deeds, deed.kind);
    },
  });
  await workload.prepare();
  if (!control) ledger.begin(await readCounters(world.servers.databaseUrl));
  onEnd(() => workload.abandon());
  const parts = { world, tally, model, referee, ledger, workload };
  const rounds = await playRounds({ ...options, ...parts });
  return { tally, commits: model.commits, rounds };
}

interface Play extends RunOptions {
  readonly world: World;
  readonly tally: Tally;
  readonly model: Model;
  readonly referee: Referee;
  readonly ledger: EventLedger;
  readonly workload: Workload;
}

/** Returns how many there were. */
async function playRounds(play: Play): Promise<number> {
  const { world, tally, model, referee, workload, profile, progress, say } = play;
  const faults = catalogue.filter((fault) => fault.fits(world));
  const stage = { world, model, referee, gate: workload.gate };
  const runner = new FaultRunner({ stage, faults, tally, say });
  const plan = planRounds({ ...profile, seed: play.seed, kinds: faults });
  const ended = endOf(play);
  const rest: Rest = { world, model, tally, signal: ended, caughtUpWithinMs };
  // Once it has caught up with what was there before, so that faults meet a cache in use.
  await lookAtRest(rest);
  workload.startReading();
  let rounds = 0;
  for (const planned of plan) {
    const step = progress.step(`round ${rounds + 1}`);
    const stopReporting = reportProgress(step, tally);
    workload.startWriting();
    const playing = playRound(play, () => runner.run(planned, ended), rest);
    await Promise.race([playing, aborted(ended)]);
    stopReporting();
    rounds += 1;
    (tally.violationCount === 0 ? step.succeed : step.fail)(summary(tally));
    if (ended.aborted || !isNext(play, rounds)) return rounds;
  }
  return rounds;
}

async function playRound(
  play: Play,
  letFaultsHappen: () => Promise<void>,
  rest: Rest,
): Promise<void> {
  const { workload, profile, world, ledger, control } = play;
  await Promise.all([letFaultsHappen(), elapse(profile.roundMs, rest.signal)]);
  await elapse(recoveryMs, rest.signal);
  await workload.stopWriting();
  await lookAtRest(rest);
  // The obvious pipeline has none.
  if (control) return;
  const { databaseUrl, bootstrapServers } = world.servers;
  await lookAtEvents({ ...rest, databaseUrl, bootstrapServers, ledger });
}

/** What is under way then is left to itself: the end of the session ends it. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Aborts when the run is stopped from outside, or at the first violation if so wished. */
function endOf({ signal, stopAtFirst, tally }: Play): AbortSignal {
  if (!stopAtFirst) return signal;
  const ended = sharedSignal();
  const timer = setInterval(() => {
    if (tally.violationCount > 0 || signal.aborted) ended.abort();
    if (ended.signal.aborted) clearInterval(timer);
  }, 100);
  timer.unref();
  return ended.signal;
}

function isNext({ profile, tally }: Play, rounds: number): boolean {
  const isShort = rounds < profile.rounds || tally.reads < profile.readsMin;
  return isShort && tally.sinceStart() + profile.roundMs < profile.timeMaxMs;
}

function reportProgress(step: Step, tally: Tally): () => void {
  const timer = setInterval(() => step.report(summary(tally)), 1000);
  return () => clearInterval(timer);
}

function summary(tally: Tally): string {
  const { reads, hits, faults, violationCount } = tally;
  const rate = Math.round((100 * hits) / Math.max(1, reads));
  return `${reads} reads, ${rate} % hits, ${faults.length} faults, ${violationCount} violations`;
}

// Loaded before a process of ours when its clock is to be wrong: moves Date by CLOCK_SKEW_MS, as a
// wrongly set wall clock would. Time that only passes (performance.now, timers) is as it was.

const skewMs = Number(process.env.CLOCK_SKEW_MS);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(RealDate.now() + skewMs).toString(),
  construct: (_, args) =>
    args.length === 0 ? new RealDate(RealDate.now() + skewMs) : new RealDate(...args),
  get: (target, name) =>
    name === 'now' ? () => RealDate.now() + skewMs : Reflect.get(target, name),
});

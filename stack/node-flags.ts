// What Node needs on its command line to run our TypeScript: nothing from 22.18 on.

const stripsTypesFrom = [22, 18];

export function nodeFlags(version = process.versions.node): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = stripsTypesFrom;
  const strips = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  // kafkajs computes a timer that may be negative; Node 24 warns about each.
  return strips ? ['--disable-warning=TimeoutNegativeWarning'] : ['--import', 'tsx'];
}

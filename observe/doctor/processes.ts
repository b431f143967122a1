// What the processes themselves complain of, and whether they can be reached from here.

import { type ProblemId, problemKinds } from '../../contract/problems.ts';
import { readProcesses } from '../state/processes.ts';
import { type Finding, illness, well } from './finding.ts';

export async function checkProcesses(urls: readonly string[]): Promise<Finding[]> {
  const processes = await readProcesses(urls);
  return processes.flatMap(({ url, process, status, reachable, problems }): Finding[] => {
    if (!reachable) {
      // Not wrong by itself: workers in containers publish no port.
      return [well('processes', `${url} does not answer here (${status})`)];
    }
    const name = process ?? url;
    const complaints = problems.flatMap(({ problem, detail, fix }) =>
      isProblemId(problem)
        ? [illness('processes', { problem, detail: `${name}: ${detail}`, fix })]
        : [],
    );
    return [well('processes', `${name} at ${url}: ${status}`), ...complaints];
  });
}

function isProblemId(id: string): id is ProblemId {
  return Object.hasOwn(problemKinds, id);
}

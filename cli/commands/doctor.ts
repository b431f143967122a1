// `cinesync doctor`: everything that a new installation gets wrong, each with what to type.

import type { Command } from 'commander';
import { examine } from '../../observe/doctor/examine.ts';
import type { Finding } from '../../observe/doctor/finding.ts';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { say, type Terminal } from '../terminal.ts';

export function doctorCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'doctor',
    summary: 'check servers, rights, settings and the flow, and say what to type',
    examples: ['doctor', 'doctor --json | jq \'.[] | select(.level != "ok")\''],
    exit: { done: 'nothing is wrong', failed: 'something is' },
  })
    .option('--json', 'for programs: a list of {check, level, detail, problem, fix}')
    .action(act(terminal, (options: { json?: true }) => examineAll(terminal, options)));
}

async function examineAll(terminal: Terminal, options: { json?: true }): Promise<number> {
  return await withObserver(terminal, async (observer, settings) => {
    const findings = await examine(observer, settings);
    say(terminal, options.json ? JSON.stringify(findings, null, 2) : report(findings, terminal));
    return findings.some(({ level }) => level === 'wrong') ? exitCodes.failed : exitCodes.done;
  });
}

const marks = {
  ok: ['green', 'ok'],
  advice: ['yellow', 'advice'],
  wrong: ['red', 'WRONG'],
} as const;

function report(findings: readonly Finding[], { paint }: Terminal): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, detail, problem, fix }) => {
    const [style, word] = marks[level];
    const line = `${paint(style, word.padEnd(6))}  ${check.padEnd(width)}  ${detail}`;
    const below = ' '.repeat(width + 10);
    return fix === null
      ? [line]
      : [line, `${below}type: ${paint('bold', fix)}`, `${below}see:  docs/runbook/${problem}.md`];
  });
  const wrong = findings.filter(({ level }) => level === 'wrong').length;
  const verdict = wrong === 0 ? 'Nothing is wrong.' : `${wrong} wrong.`;
  return [...lines, '', paint(wrong === 0 ? 'green' : 'red', verdict)].join('\n');
}

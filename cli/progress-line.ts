// How far a count has come: on a terminal one line that is redrawn, otherwise a line every tenth.

import { complain, type Terminal } from './terminal.ts';

const barWidth = 24;

export interface ProgressLine {
  advance(count: number): void;
  end(): void;
}

/** Goes to standard error, so that what a script reads stays clean. */
export function createProgressLine(terminal: Terminal, title: string, total: number): ProgressLine {
  let done = 0;
  let saidTenth = 0;
  return {
    advance: (count) => {
      done += count;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const text = `${title}  ${Math.floor(share * 100)} %  ${done} of ${total}`;
      if (terminal.live) {
        const filled = Math.round(share * barWidth);
        const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
        terminal.errorOutput.write(`\r\u001b[2K${bar}  ${text}`);
      } else if (Math.floor(share * 10) > saidTenth) {
        saidTenth = Math.floor(share * 10);
        complain(terminal, text);
      }
    },
    end: () => {
      if (terminal.live) {
        terminal.errorOutput.write('\n');
      }
    },
  };
}

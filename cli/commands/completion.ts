// `cinesync completion`: a script by which a shell completes our words, made from the commands
// themselves.

import { Argument, type Command } from 'commander';
import { cachedResources } from '../../contract/resources.ts';
import { act, describeCommand, exitCodes } from '../command.ts';
import { say, type Terminal } from '../terminal.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function completionCommand(terminal: Terminal, program: Command): Command {
  return describeCommand({
    usage: 'completion',
    summary: 'print a script that lets a shell complete commands, options and resources',
    examples: [
      'completion bash > cinesync.bash; source cinesync.bash',
      'completion zsh > "${fpath[1]}/_cinesync"',
      'completion fish | source',
    ],
    exit: { done: 'printed', failed: '(never)' },
  })
    .addArgument(new Argument('<shell>').choices(shells))
    .action(
      act(terminal, async (shell: Shell) => {
        say(terminal, scripts[shell](wordsOf(program)));
        return exitCodes.done;
      }),
    );
}

interface Words {
  readonly command: string;
  readonly summary: string;
  /** Options, and where the first argument is a resource the resources. */
  readonly next: readonly string[];
}

function wordsOf(program: Command): Words[] {
  const resources = cachedResources.map(({ name }) => name);
  return program.commands.map((command) => {
    const options = command.options.map(({ long, short }) => long ?? short ?? '');
    const [first] = command.registeredArguments;
    const choices = first?.name() === 'resource' ? resources : (first?.argChoices ?? []);
    const next = [...choices, ...options, '--help'];
    return { command: command.name(), summary: command.summary(), next };
  });
}

const scripts: Record<Shell, (words: readonly Words[]) => string> = {
  bash: (words) => `_cinesync() {
  local current=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words.map(({ command }) => command).join(' ')}" -- "$current"))
    return
  fi
  local next
  case \${COMP_WORDS[1]} in
${cases(words, (next) => `next='${next}'`)}
  esac
  COMPREPLY=($(compgen -W "$next" -- "$current"))
}
complete -F _cinesync cinesync`,
  zsh: (words) => `#compdef cinesync
local -a commands
commands=(
${words.map(({ command, summary }) => `  ${quoted(`${command}:${summary}`)}`).join('\n')}
)
if (( CURRENT == 2 )); then
  _describe command commands
  return
fi
case $words[2] in
${cases(words, (next) => `compadd -- ${next}`)}
esac`,
  fish: (words) =>
    words
      .flatMap(({ command, summary, next }) => [
        `-n __fish_use_subcommand -a ${command} -d ${quoted(summary)}`,
        `-n '__fish_seen_subcommand_from ${command}' -a '${next.join(' ')}'`,
      ])
      .map((rule) => `complete -c cinesync -f ${rule}`)
      .join('\n'),
};

function cases(words: readonly Words[], then: (next: string) => string): string {
  return words.map(({ command, next }) => `  ${command}) ${then(next.join(' '))} ;;`).join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

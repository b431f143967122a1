// Fetches Java libraries from Maven Central into a folder, by a pom made for the purpose.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { type JavaNeed, requireMaven } from './java.ts';

export interface MavenLibraries {
  readonly name: string;
  /** `group:artifact:version`, each with what it depends on. */
  readonly withDependencies?: readonly string[];
  /** The same, each by itself. */
  readonly alone?: readonly string[];
}

/** Two Mavens at once would write to one local repository, which is not made for that. */
let downloading: Promise<unknown> = Promise.resolve();

export async function fetchMavenLibraries(
  libraries: MavenLibraries,
  folder: string,
  need: JavaNeed,
): Promise<void> {
  need.report('waiting for another download');
  const work = downloading.then(() => download(libraries, folder, need));
  downloading = work.catch(() => undefined);
  await work;
}

async function download(libraries: MavenLibraries, folder: string, need: JavaNeed): Promise<void> {
  const maven = await requireMaven(need);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pom.xml'), pomOf(libraries));
  let files = 0;
  need.report('downloading from Maven Central');
  await runCommand({
    what: `Downloading ${libraries.name}`,
    command: maven,
    args: [
      '--batch-mode',
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(folder, 'libs')}`,
    ],
    cwd: folder,
    onLine: (line) => {
      if (!line.includes('Downloaded from')) return;
      files += 1;
      need.report(`downloading from Maven Central, ${files} files`);
    },
  });
}

function pomOf({ name, withDependencies = [], alone = [] }: MavenLibraries): string {
  const exclusion = '<exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>';
  const dependencies = [
    ...withDependencies.map((coordinates) => dependency(coordinates, '')),
    ...alone.map((coordinates) => dependency(coordinates, `<exclusions>${exclusion}</exclusions>`)),
  ];
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cinesync</groupId>
  <artifactId>${name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`;
}

function dependency(coordinates: string, more: string): string {
  const [group, artifact, version] = coordinates.split(':');
  const name = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`;
  return `<dependency>${name}<version>${version}</version>${more}</dependency>`;
}

import { join } from 'node:path';
import { startProcess } from '../process.ts';
import { until } from '../until.ts';
import { ADMINISTRATOR } from './admin.ts';
import { environment } from './distribution.ts';

/** Runs the commands as somebody who has kcadm.sh on the path, and answers its question for the password. */
export async function runKcadm(home: string, place: string, commands: string): Promise<void> {
  const own = environment({
    KC_CLI_PASSWORD: ADMINISTRATOR.password,
    // It keeps its login in the user's home directory, which Java does not take from HOME.
    KC_OPTS: `-Duser.home=${place}`,
  });
  const env = { ...own, PATH: `${join(home, 'bin')}:${own['PATH']}` };
  // Before 25 the password is not taken from the environment, and is read from standard input.
  const typed = 'printf "%s\\n" "$KC_CLI_PASSWORD" | sh -c "$0"';
  const running = startProcess('sh', ['-c', typed, commands], { cwd: place, env });
  try {
    // Each of them starts a JVM: ten seconds on a quiet machine, minutes on a busy one.
    await until(() => running.ended() !== undefined, 400_000);
    if (running.ended() !== 'ended with code 0')
      throw new Error(`the commands ${running.ended()}: ${running.output()}`);
  } finally {
    await running.stop();
  }
}

// The warm half of doctor.mjs: facts and rules over and over in one process, as an extension host would. Bundled by it.
import { diagnose } from '../src/diagnosis/diagnose';
import { takeFacts } from '../src/host/takeFacts';
import { readPrivileges } from '../src/app/privileges';

async function measure(runs: number): Promise<void> {
  const helper = { terminal: false, facts: await readPrivileges(), environment: process.env };
  const [own, whole]: [number[], number[]] = [[], []];
  let mostRss = 0;
  // A few of each before anything counts: compiled code is what a warm process has.
  for (let run = -5; run < runs; run += 1) {
    const began = performance.now();
    diagnose(await takeFacts());
    const between = performance.now();
    diagnose(await takeFacts({ helper }));
    const ended = performance.now();
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
    if (run < 0) continue;
    own.push(between - began);
    whole.push(ended - between);
  }
  const facts = await takeFacts({ helper });
  const { sum, findings } = diagnose(facts);
  const alarms = findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
  const factsBytes = JSON.stringify(facts).length;
  console.log(JSON.stringify({ own, whole, mostRss, factsBytes, alarms, undecided: sum.undecided }));
}

void measure(Number(process.argv[2]));

import { writeFileSync } from 'node:fs';
import { openSite, openProject } from './page';
import { serialise } from '../src/graph/serialise';
import { gridded, look, middleNode, GESTURES, editRow } from './canvas';
async function main(){
const site=await openSite('/tmp/bench/distn');
const page=await site.visit('?doc=digits-mlp');
await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
const cdp=await page.context().newCDPSession(page);
await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval',{interval:500});
const prof=async(name:string,act:()=>Promise<unknown>)=>{ await cdp.send('Profiler.start'); await cdp.send('Performance.enable',{timeDomain:'threadTicks'}); const m0=await cdp.send('Performance.getMetrics'); const t=performance.now(); await act(); const m1=await cdp.send('Performance.getMetrics'); const {profile}=await cdp.send('Profiler.stop'); writeFileSync(`/tmp/bench/${name}.cpuprofile`,JSON.stringify(profile)); const d=(k:string)=>((m1.metrics.find(x=>x.name===k)?.value??0)-(m0.metrics.find(x=>x.name===k)?.value??0)); console.log(name,'wall',Math.round(performance.now()-t), ...['TaskDuration','ScriptDuration','LayoutDuration','RecalcStyleDuration','LayoutCount','RecalcStyleCount'].map(k=>k+' '+d(k).toFixed(3))); };
await prof('open',()=>openProject(page, serialise(gridded(1000))));
await look(page,'all on the screen');
await page.waitForTimeout(1000);
await prof('warm',()=>GESTURES['pan']!(page)); await look(page,'all on the screen');
for (const [n,g] of Object.entries(GESTURES)) { await prof(n.replaceAll(' ','-'),()=>g(page)); await look(page,'all on the screen'); }
await page.getByRole('button', { name: 'Undo' }).click();
await prof('edit',async()=>console.log(await editRow(page)));
await site.close();
}
main();

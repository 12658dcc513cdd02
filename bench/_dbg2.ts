import { writeFileSync } from 'node:fs';
import { openSite, trace } from './page';
async function main(){
const site=await openSite('/tmp/bench/distn');
const page=await site.visit('?doc=fashion-cnn&backend=wasm&epochs=2');
const cdp=await page.context().newCDPSession(page);
await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval',{interval:500}); 
const prof = process.argv[2]==='prof';
if (prof) await cdp.send('Profiler.start');
const t=await trace(site,page,async()=>{
await page.getByRole('button', { name: 'Train', exact: true }).click();
await page.getByRole('button', { name: 'Train again' }).waitFor();});
if (prof) {const {profile}=await cdp.send('Profiler.stop'); writeFileSync('/tmp/bench/live.cpuprofile',JSON.stringify(profile));}
const top=(f:(x:any)=>number)=>t.tasks.map(f).sort((a,b)=>b-a).slice(0,25).map(x=>x.toFixed(0)).join(' ');
console.log('tasks',t.tasks.length,'clock',top(x=>x.clockMs),'\ncpu',top(x=>x.processorMs),'\ntotal cpu',t.tasks.reduce((s,x)=>s+x.processorMs,0),'frames',t.frames.length,'long',t.longTasks.length);
await site.close();
}
main();

import { chooseBackend } from '/work/main/src/engine/backend';
import { buildModel } from '/work/main/src/engine/build-model';
import { run } from '/work/main/src/engine/run';
import { RunControl } from '/work/main/src/engine/run-control';
import { nodeBackendEnv, tf } from '/work/main/src/engine/tf-node';
import { benchRun, MODELS } from '/work/main/bench/models';
import { batchTensors } from '/work/main/src/engine/objective';
async function main(){
tf.env().set('PROD', true);
const backend = await chooseBackend(tf, 'wasm', nodeBackendEnv);
if (process.argv[5]==='tile') { tf.unregisterGradient('Tile'); tf.registerGradient({ kernelName: 'Tile', inputsToSave: ['x'], gradFunc: (dy: any, saved: any, attrs: any) => ({ x: () => {
  const [x] = saved; let g = dy; const shape=[...dy.shape];
  attrs.reps.forEach((r: number, a: number) => { if (r===1) return; const before=shape.slice(0,a).reduce((p: number,q: number)=>p*q,1); const d=x.shape[a]; const after=shape.slice(a+1).reduce((p: number,q: number)=>p*q,1); g=tf.sum(tf.reshape(g,[before,r,d*after]),1); shape[a]=d; });
  return tf.reshape(g,x.shape);
}})});}
const name = process.argv[2]!, batch = Number(process.argv[3]);
const job = benchRun(MODELS.find(m=>m.name===name)!, batch, 100);
const model = buildModel(tf, job.plan, 1);
const N=Number(process.argv[4]??1500);
let n=0; let t0=0, c0: any;
for await (const e of run({tf, model, training: job.training, data: job.data, control: new RunControl(), backend})) {
  if (e.kind==='step') { n++; if(n===20){t0=performance.now(); c0=process.cpuUsage();} if (n===20+N) break; }
}
const c=process.cpuUsage(c0);
console.log(name,batch,'ms/step wall',(performance.now()-t0)/N,'cpu',(c.user+c.system)/1000/N);
// parts
const rows=job.data.rows.train.slice(0,batch);
for(let k=0;k<2;k++){ let c1=process.cpuUsage(); for(let i=0;i<500;i++) job.data.batch(rows); let d=process.cpuUsage(c1); console.log('data.batch ms',(d.user+d.system)/1000/500);
const b=job.data.batch(rows);
c1=process.cpuUsage(); for(let i=0;i<500;i++) tf.tidy(()=>{batchTensors(tf,b)}); d=process.cpuUsage(c1); console.log('batchTensors ms',(d.user+d.system)/1000/500);}
}
main();

import { openSite, openProject, trace } from './page';
import { serialise } from '../src/graph/serialise';
import { gridded, look, middleNode, GESTURES } from './canvas';
async function main(){
const site=await openSite('/tmp/bench/dist');
const page=await site.visit('?doc=digits-mlp');
await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
let t=performance.now();
await openProject(page, serialise(gridded(1000)));
console.log('open',performance.now()-t);
await look(page,'all on the screen');
console.log(await page.locator('.react-flow__node').count());
await page.screenshot({path:'/tmp/bench/a.png'});
for (const g of Object.values(GESTURES)) { await trace(site,page,()=>g(page)); await look(page,'all on the screen'); }
const n=await middleNode(page,'.react-flow__node[data-id^="a"]'); console.log(n);
await page.mouse.click(n.x,n.y); await page.waitForTimeout(1500);
await page.screenshot({path:'/tmp/bench/b.png'});
await look(page,'at 100 %');
console.log(await page.locator('.react-flow__node').count());
await page.screenshot({path:'/tmp/bench/c.png'});
await site.close();
}
main();

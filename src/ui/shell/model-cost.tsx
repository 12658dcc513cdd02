/** What the model costs and what computes it; the backend is chosen here. */
import { ChevronDown, Cpu } from 'lucide-react';
import { formatCount } from '../../messages/catalogue';
import { shellMessages } from '../../messages/shell';
import { useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import type { Backend } from '../../worker/protocol';
import { useText } from '../i18n';
import { MenuButton, MenuItem, MenuLabel } from './menu';

const BACKENDS: readonly { readonly value: Backend; readonly name: string }[] = [
  { value: 'webgpu', name: 'WebGPU' },
  { value: 'webgl', name: 'WebGL' },
  { value: 'wasm', name: 'WASM' },
  { value: 'cpu', name: 'CPU' },
];

export function ModelCost() {
  const say = useText();
  const { parameters, trainableParameters, multiplyAdds } = useDocument((state) => state.compiled.total);
  const backend = useRun((state) => state.backend);
  const threads = useRun((state) => state.threads);
  const wish = useRun((state) => state.backendWish);
  const setBackend = useRun((state) => state.setBackend);
  const nameOf = (value: string) =>
    BACKENDS.find((candidate) => candidate.value === value)?.name ?? say(shellMessages.backendAuto);
  const current = nameOf(backend ?? wish);
  const help = say(shellMessages.costHelp, {
    parameters: parameters.toLocaleString('en'),
    trainable: trainableParameters.toLocaleString('en'),
    multiplyAdds: multiplyAdds.toLocaleString('en'),
  });
  return (
    <>
      <span className="model-cost tabular" data-tip={help}>
        {say(shellMessages.costShort, { parameters: formatCount(parameters) })}
        <span className="model-cost-more">
          {' · '}
          {say(shellMessages.macs, { multiplyAdds: formatCount(multiplyAdds) })}
        </span>
      </span>
      <MenuButton
        label={`${say(shellMessages.backend)}: ${current}`}
        className="icon-button backend"
        width={250}
        content={
          <>
            <Cpu size={15} aria-hidden />
            <span className="bar-text">
              {backend && threads > 1
                ? say(shellMessages.backendThreads, { backend: current, threads })
                : current}
            </span>
            <ChevronDown size={13} aria-hidden />
          </>
        }
      >
        {(close) => {
          const choose = (value: Backend) => () => {
            setBackend(value);
            close();
          };
          return (
            <>
              <MenuLabel>{say(shellMessages.backend)}</MenuLabel>
              <MenuItem
                isChecked={wish === 'auto'}
                hint={say(shellMessages.backendAutoHint)}
                onClick={choose('auto')}
              >
                {say(shellMessages.backendAuto)}
              </MenuItem>
              {BACKENDS.map(({ value, name }) => (
                <MenuItem key={value} isChecked={wish === value} onClick={choose(value)}>
                  {name}
                </MenuItem>
              ))}
            </>
          );
        }}
      </MenuButton>
    </>
  );
}

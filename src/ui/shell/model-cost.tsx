/** What the model costs and what computes it; the backend is chosen here. */
import { Menu, Tooltip } from '@mantine/core';
import { Check, ChevronDown, Cpu } from 'lucide-react';
import { formatCount } from '../../messages/catalogue';
import { shellMessages } from '../../messages/shell';
import { useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import type { Backend } from '../../worker/protocol';
import { useText } from '../i18n';

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
  return (
    <>
      <Tooltip
        multiline
        label={say(shellMessages.costHelp, {
          parameters: parameters.toLocaleString('en'),
          trainable: trainableParameters.toLocaleString('en'),
          multiplyAdds: multiplyAdds.toLocaleString('en'),
        })}
      >
        <span className="model-cost tabular">
          {say(shellMessages.costShort, { parameters: formatCount(parameters) })}
          <span className="model-cost-more">
            {' · '}
            {say(shellMessages.macs, { multiplyAdds: formatCount(multiplyAdds) })}
          </span>
        </span>
      </Tooltip>
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <button
            type="button"
            className="icon-button backend"
            aria-label={`${say(shellMessages.backend)}: ${current}`}
          >
            <Cpu size={15} aria-hidden />
            <span className="bar-text">
              {backend && threads > 1
                ? say(shellMessages.backendThreads, { backend: current, threads })
                : current}
            </span>
            <ChevronDown size={13} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{say(shellMessages.backend)}</Menu.Label>
          <Menu.Item
            rightSection={wish === 'auto' && <Check size={14} aria-hidden />}
            onClick={() => setBackend('auto')}
          >
            {say(shellMessages.backendAuto)}
            <span className="menu-hint">{say(shellMessages.backendAutoHint)}</span>
          </Menu.Item>
          {BACKENDS.map(({ value, name }) => (
            <Menu.Item
              key={value}
              rightSection={wish === value && <Check size={14} aria-hidden />}
              onClick={() => setBackend(value)}
            >
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

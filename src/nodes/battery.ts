/**
 * The checks that every node type must pass, after Keras's `run_layer_test`: a contributor states facts, the battery compares them
 * with each other and with tfjs. This file holds what needs no tensors; `battery-expansion.ts` looks inside composites, heads and inputs,
 * `battery-layer.ts` builds and runs layers.
 */
import type { Config } from '../graph/document';
import type { Flow, TensorFact } from '../graph/shape';
import type { Text } from '../graph/text';
import type { InputPort, NodeType, Proposal } from './define-node';
import { defaultConfig } from './fields';
import { migrateConfig, parseConfig } from './parse-config';
import { randomConfig, randomSizes, seededRandom } from './random-config';

export type Facts = { readonly [port: string]: readonly TensorFact[] };

/** One config with inputs for which the type infers shapes. */
export interface BatteryCase {
  readonly title: string;
  readonly config: Config;
  readonly inputs: Facts;
  readonly outputs: { readonly [port: string]: TensorFact };
  readonly schema: NonNullable<NodeType['examples'][number]['schema']> | null;
}

export interface Cases {
  readonly cases: readonly BatteryCase[];
  readonly attempts: number;
  /** Cases that the type refused at first and accepted after one of its own proposals. */
  readonly repaired: number;
}

/** Counts what was compared, so that an empty battery cannot pass for a good one. */
export class Tally {
  comparisons = 0;

  /** Throws with the facts when a comparison fails. */
  same(received: unknown, expected: unknown, what: string): void {
    this.comparisons++;
    const [a, b] = [JSON.stringify(received), JSON.stringify(expected)];
    if (a !== b) throw new Error(`${what}\n  expected ${b}\n  received ${a}`);
  }

  holds(condition: boolean, what: string): void {
    this.comparisons++;
    if (!condition) throw new Error(what);
  }
}

export type Lookup = (type: string) => NodeType | undefined;

/** Copies of a lone member, as the compiler makes them for an ensemble node. */
function withReplicas(type: NodeType, config: Config, inputs: Facts): Facts {
  const replicas = type.kind === 'ensemble' ? type.replicas(config as never) : 1;
  const members = inputs['members'];
  if (replicas < 2 || members?.length !== 1) return inputs;
  return { ...inputs, members: Array.from({ length: replicas }, () => members[0]!) };
}

/** The type's own way out of a problem: the first of its `set` proposals that it then accepts. */
function repair(
  type: NodeType,
  candidate: Omit<BatteryCase, 'outputs'>,
  proposals: readonly Proposal[],
): BatteryCase | null {
  for (const proposal of proposals) {
    if (proposal.kind !== 'set') continue;
    const config = { ...candidate.config, ...proposal.config };
    const inferred = type.inferShapes({
      config: config as never,
      inputs: candidate.inputs,
      schema: candidate.schema,
    });
    if (inferred.ok) return { ...candidate, config, outputs: inferred.outputs };
  }
  return null;
}

/** All examples, then random configs and sizes until `wanted` of them are accepted. */
export function findCases(type: NodeType, wanted: number, seed: number): Cases {
  const cases: BatteryCase[] = [];
  for (const example of type.examples) {
    const config = { ...defaultConfig(type.fields), ...example.config } as Config;
    const schema = example.schema ?? null;
    const inputs = withReplicas(type, config, example.inputs);
    const inferred = type.inferShapes({ config: config as never, inputs, schema });
    if (!inferred.ok)
      throw new Error(`example "${example.title}" is refused: ${JSON.stringify(inferred.problems)}`);
    cases.push({ title: `example "${example.title}"`, config, inputs, outputs: inferred.outputs, schema });
  }
  const random = seededRandom(seed);
  let attempts = 0;
  let repaired = 0;
  let accepted = 0;
  for (; attempts < wanted * 10 && accepted < wanted; attempts++) {
    const example = type.examples[attempts % type.examples.length]!;
    const base = { ...defaultConfig(type.fields), ...example.config } as Config;
    const config = randomConfig(type.fields, base, random);
    const sized = random() < 0.7 ? randomSizes(example.inputs, random) : example.inputs;
    const inputs = withReplicas(type, config, sized);
    const candidate = {
      title: `random case ${attempts} of seed ${seed}`,
      config,
      inputs,
      schema: example.schema ?? null,
    };
    const inferred = type.inferShapes({ config: config as never, inputs, schema: candidate.schema });
    if (inferred.ok) {
      cases.push({ ...candidate, outputs: inferred.outputs });
      accepted++;
      continue;
    }
    const mended = repair(
      type,
      candidate,
      inferred.problems.flatMap((problem) => problem.proposals ?? []),
    );
    if (!mended) continue;
    cases.push(mended);
    accepted++;
    repaired++;
  }
  return { cases, attempts, repaired };
}

const RANK_OF: { readonly [F in Flow]: number } = { image: 4, sequence: 3, tokens: 2, vector: 2, scores: 2 };

/** Facts that contradict nobody: the batch first, the rank that the flow has, padding only along steps that came in. */
export function checkFacts(cases: readonly BatteryCase[], tally: Tally): void {
  for (const { title, inputs, outputs } of cases) {
    const arriving = Object.values(inputs).flat();
    for (const [port, fact] of Object.entries(outputs)) {
      tally.same(fact.shape[0], 'batch', `${title}: first dimension of ${port}`);
      tally.same(fact.shape.length, RANK_OF[fact.flow], `${title}: rank of ${port}, a ${fact.flow}`);
      tally.holds(
        fact.shape.every((dim) => typeof dim === 'string' || (Number.isInteger(dim) && dim > 0)),
        `${title}: size of ${port}`,
      );
      if (!fact.masked) continue;
      tally.holds(
        fact.flow === 'sequence' || fact.flow === 'tokens',
        `${title}: ${port} is padded without steps`,
      );
      const isKnown = arriving.length === 0 || arriving.some((f) => f.masked && f.shape[1] === fact.shape[1]);
      tally.holds(isKnown, `${title}: ${port} is padded along steps that no input has`);
    }
  }
}

/** Words in both languages; the Chinese one really in Chinese unless it is a name such as ReLU. */
function checkText(tally: Tally, text: Text, what: string, isSentence = false): void {
  tally.holds(text.en.trim().length > 0 && text.zh.trim().length > 0, `${what} is empty in one language`);
  if (isSentence) tally.holds(/\p{Script=Han}/u.test(text.zh), `${what} is not in Chinese: ${text.zh}`);
}

export function checkDocumentation(type: NodeType, tally: Tally): void {
  checkText(tally, type.title, 'title');
  checkText(tally, type.summary, 'summary', true);
  for (const [name, field] of Object.entries(type.fields)) {
    checkText(tally, field.title, `title of field ${name}`);
    checkText(tally, field.help, `help of field ${name}`, true);
    if (field.kind === 'choice')
      for (const option of field.options) checkText(tally, option.title, `option ${option.value}`);
  }
  for (const port of [...type.inputs, ...type.outputs])
    checkText(tally, port.title, `title of port ${port.name}`, true);
  tally.holds(type.references.length > 0, 'no reference');
  tally.holds(type.formula.length > 0, 'no formula');
  tally.holds(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type.type), `type id ${type.type} is not kebab-case`);
}

export function checkConfigs(type: NodeType, cases: readonly BatteryCase[], tally: Tally): void {
  const defaults = defaultConfig(type.fields) as Config;
  tally.same(parseConfig(type, {}), { config: defaults, problems: [] }, 'an empty config takes the defaults');
  for (const { config, title } of [{ config: defaults, title: 'defaults' }, ...cases]) {
    const parsed = parseConfig(type, JSON.parse(JSON.stringify(config)) as Config);
    tally.same(parsed, { config, problems: [] }, `config of ${title} does not survive JSON and parsing`);
    const headline = type.headline(config as never);
    tally.holds(!/undefined|NaN|\[object/.test(headline), `headline of ${title}: ${headline}`);
  }
  for (const [name, field] of Object.entries(type.fields)) {
    for (const bad of [null, { no: 'such value' }, 'no such value', 0.123456, -1e9, [[]], []]) {
      const { problems, config } = parseConfig(type, { [name]: bad });
      if (problems.length === 0) continue;
      tally.same(parseConfig(type, config).problems, [], `field ${name} (${field.kind}) is not repaired`);
      tally.holds(
        problems.every((p) => p.field === name && p.proposals?.length === 1),
        `problem of ${name} has no proposal`,
      );
    }
  }
}

export function checkMigrations(type: NodeType, tally: Tally): void {
  for (let version = 1; version < type.version; version++) {
    tally.holds(typeof type.migrations[version] === 'function', `no migration from version ${version}`);
    const migrated = migrateConfig(type, {}, version);
    tally.same(
      parseConfig(type, migrated).problems,
      [],
      `migration from version ${version} gives a bad config`,
    );
  }
  const beyond = Object.keys(type.migrations).filter(
    (version) => Number(version) < 1 || Number(version) >= type.version,
  );
  tally.same(beyond, [], 'migrations from versions that never were');
}

/** Whether a fact may enter a port, as the compiler decides: scores and vectors differ in meaning only. */
export const accepts = (port: InputPort, fact: TensorFact): boolean =>
  (port.accepts.length === 0 ||
    port.accepts.includes(fact.flow) ||
    (['vector', 'scores'].includes(fact.flow) &&
      (port.accepts.includes('vector') || port.accepts.includes('scores')))) &&
  (port.ranks.length === 0 || port.ranks.includes(fact.shape.length));

function checkInsert(
  proposal: Extract<Proposal, { kind: 'insert' }>,
  type: NodeType,
  lookup: Lookup,
  tally: Tally,
): NodeType {
  const inserted = lookup(proposal.type);
  if (!inserted) throw new Error(`proposes the unregistered type ${proposal.type}`);
  tally.holds(
    type.inputs.some((port) => port.name === proposal.port),
    `proposes an insert before the unknown port ${proposal.port}`,
  );
  tally.same(
    parseConfig(inserted, proposal.config).problems,
    [],
    `proposes a bad config for ${proposal.type}`,
  );
  const unknown = Object.keys(proposal.config).filter((name) => !(name in inserted.fields));
  tally.same(unknown, [], `proposes unknown fields of ${proposal.type}`);
  return inserted;
}

const STRANGERS: readonly TensorFact[] = [
  { shape: ['batch', 784], dtype: 'float32', flow: 'vector' },
  { shape: ['batch', 48], dtype: 'float32', flow: 'vector' },
  { shape: ['batch', 7], dtype: 'float32', flow: 'vector' },
  { shape: ['batch', 6, 5], dtype: 'float32', flow: 'sequence' },
  { shape: ['batch', 6, 5, 3], dtype: 'float32', flow: 'image' },
  { shape: ['batch', 12], dtype: 'int32', flow: 'tokens', cardinality: 30, masked: true },
];

/** Refusals are data: problems name real ports and fields, and what they propose is legal. */
export function checkRefusals(
  type: NodeType,
  cases: readonly BatteryCase[],
  lookup: Lookup,
  tally: Tally,
): void {
  for (const port of type.inputs) {
    for (const stranger of STRANGERS) {
      if (!accepts(port, stranger)) {
        for (const proposal of type.adaptInput?.(port.name, stranger) ?? []) {
          if (proposal.kind !== 'insert') continue;
          const inserted = checkInsert(proposal, type, lookup, tally);
          const config = parseConfig(inserted, proposal.config).config;
          const inferred = inserted.inferShapes({
            config: config as never,
            inputs: { input: [stranger] },
            schema: null,
          });
          tally.holds(
            inferred.ok && accepts(port, inferred.outputs['output']!),
            `${proposal.type} does not adapt ${stranger.shape}`,
          );
        }
        continue;
      }
      for (const { config, inputs, schema } of cases) {
        const facts = [stranger, ...(inputs[port.name] ?? []).slice(1)];
        const inferred = type.inferShapes({
          config: config as never,
          inputs: { ...inputs, [port.name]: facts },
          schema,
        });
        if (inferred.ok) continue;
        tally.holds(inferred.problems.length > 0, 'refuses without a problem');
        for (const problem of inferred.problems) {
          if (problem.field)
            tally.holds(problem.field in type.fields, `problem at unknown field ${problem.field}`);
          if (problem.port)
            tally.holds(
              type.inputs.some((p) => p.name === problem.port),
              `problem at unknown port ${problem.port}`,
            );
          for (const proposal of problem.proposals ?? []) {
            if (proposal.kind === 'insert') checkInsert(proposal, type, lookup, tally);
            else
              tally.same(
                parseConfig(type, { ...config, ...proposal.config }).problems,
                [],
                `proposes a bad config for itself`,
              );
          }
        }
      }
    }
  }
}

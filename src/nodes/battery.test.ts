/** Runs the battery over every registered node type, its examples and at least fifteen random configs each. */
import { readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import katex from 'katex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import template from './_template';
import {
  checkConfigs,
  checkDocumentation,
  checkFacts,
  checkMigrations,
  checkRefusals,
  findCases,
  Tally,
} from './battery';
import { checkExpansion, checkInput } from './battery-expansion';
import { checkCost, checkSerialisation, checkShapes, checkTraining, checkWeights } from './battery-layer';
import { FAMILIES, type NodeType } from './define-node';
import { NODE_TYPES, nodeType } from './index';

const SEED = 20240;
const RANDOM_CASES = 15;
const tally = new Tally();
let configs = 0;
let repaired = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

afterAll(() => {
  console.log(
    `node battery: ${NODE_TYPES.length + 1} types (template included), ${configs} configs (${repaired} after the type's own repair), ${tally.comparisons} comparisons`,
  );
});

describe('index', () => {
  it('lists every node file and nothing twice', async () => {
    for (const family of FAMILIES) {
      for (const file of readdirSync(new URL(family, import.meta.url))) {
        if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
        const loaded = (await import(`./${family}/${file.slice(0, -3)}.ts`)) as { default?: NodeType };
        if (!loaded.default) continue;
        expect(NODE_TYPES, `${family}/${file} is missing from index.ts`).toContain(loaded.default);
        expect(loaded.default.type, `file name of ${family}/${file}`).toBe(file.slice(0, -3));
      }
    }
    expect(new Set(NODE_TYPES.map((type) => type.type)).size).toBe(NODE_TYPES.length);
    for (const type of NODE_TYPES) expect(nodeType(type.type)).toBe(type);
    expect(nodeType('no-such-type')).toBeUndefined();
  });
});

function describeNode(type: NodeType): void {
  describe(type.type, () => {
    const found = findCases(type, RANDOM_CASES, SEED);
    const { cases } = found;
    configs += cases.length;
    repaired += found.repaired;

    it('accepts a fair share of random configs', () => {
      expect(type.examples.length).toBeGreaterThan(0);
      expect(cases.length).toBe(type.examples.length + RANDOM_CASES);
    });
    it('has words in both languages and a formula that TeX can set', () => {
      checkDocumentation(type, tally);
      expect(katex.renderToString(type.formula, { throwOnError: true })).toContain('katex');
    });
    it('has configs that survive saving, and repairs those that do not fit', () =>
      checkConfigs(type, cases, tally));
    it('announces facts that contradict nobody', () => checkFacts(cases, tally));
    it('migrates every older version', () => checkMigrations(type, tally));
    it('refuses with real places and legal proposals', () => checkRefusals(type, cases, nodeType, tally));

    if (type.kind === 'layer' || type.kind === 'ensemble') {
      it('infers the shapes that tfjs makes, and leaks nothing', () => {
        for (const testCase of cases) checkShapes(tf, type, testCase, tally);
      });
      it('declares the weights that are built, seeded', () => {
        for (const testCase of cases) checkWeights(tf, type, testCase, tally);
      });
      it('counts multiply-adds', () => {
        for (const testCase of cases) checkCost(tf, type, testCase, tally);
      });
      it('trains what is trainable', () => {
        for (const testCase of cases) checkTraining(tf, type, testCase, tally);
      });
      it('survives saving and loading by tfjs', async () => {
        for (const testCase of cases) await checkSerialisation(tf, type, testCase, tally);
      });
    } else if (type.kind === 'input') {
      it('delivers the shape that it announces', () => checkInput(type, cases, tally));
    } else {
      it('expands to registered nodes with the shapes that it announces', () =>
        checkExpansion(type, cases, nodeType, tally));
    }
  });
}

// The template is not registered, but a copy of it must pass.
for (const type of [...NODE_TYPES, template]) describeNode(type);

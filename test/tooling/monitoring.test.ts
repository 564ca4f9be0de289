// What deploy/ tells Prometheus and Grafana to ask for is what the service answers; each alert says what
// to do, and has been tried. promtool runs those cases (deploy/prometheus/alerts.yaml says how).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { metricsOf } from '../e2e/support/metrics.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { ROOT } from './repository.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface UnitTest {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const RULES = (
  parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const { tests: CASES } = parse(read('deploy/prometheus/alerts.test.yaml')) as { tests: UnitTest[] };
const OPERATIONS = read('docs/operations.md');

/** The expressions of a dashboard, wherever they stand in it. */
function expressionsOf(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return [];
  const found = Object.entries(json).flatMap(([name, value]) =>
    name === 'expr' || name === 'query' ? [String(value)] : expressionsOf(value),
  );
  return found.filter(
    (expression) => expression.includes('attendance_') || expression.includes('{'),
  );
}

interface Asked {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** The metrics that an expression asks for, with the labels that it compares or groups by. */
function askedIn(expression: string): Asked[] {
  const metrics = [
    ...expression.matchAll(/\b((?:attendance|nodejs|process)_\w+)(?:\{([^}]*)\})?/g),
  ];
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
  return metrics.map(([, metric = '', matchers = '']) => ({
    metric,
    labels: [
      ...[...matchers.matchAll(/(\w+)\s*[=!]~?/g)].map(([, label = '']) => label),
      ...grouped,
    ],
  }));
}

/** Prometheus itself adds these. */
const OF_PROMETHEUS = ['job', 'instance', 'le'];

describe('the alerts and the dashboard', () => {
  let database: TestDatabase;
  let running: TestService;
  let text: string;
  let labelsOf: ReadonlyMap<string, readonly string[]>;

  before(async () => {
    database = await createTestDatabase();
    running = await startTestService({ databaseUrl: database.url });
    text = await metricsOf(running.baseUrl);
    labelsOf = new Map(
      running.metrics.registry.getMetricsAsArray().map((metric) => {
        const { name, labelNames = [] } = metric as unknown as {
          readonly name: string;
          readonly labelNames?: readonly string[];
        };
        return [name, labelNames];
      }),
    );
  });
  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  function expectAnswered({ metric, labels }: Asked): void {
    const family = metric.replace(/_(bucket|count|sum)$/, '');
    const isThere =
      text.includes(`# TYPE ${metric} `) || text.includes(`# TYPE ${family} histogram`);
    expect(isThere, `${metric} in /metrics`).to.equal(true);
    const known = labelsOf.get(metric) ?? labelsOf.get(family) ?? [];
    const unknown = labels.filter((label) => ![...OF_PROMETHEUS, ...known].includes(label));
    expect(unknown, `labels of ${metric}`).to.deep.equal([]);
  }

  for (const { alert, expr, labels, annotations } of RULES) {
    it(`${alert}: asks for what there is, says what to do, and has been tried`, () => {
      for (const asked of askedIn(expr)) expectAnswered(asked);
      expect(labels.severity).to.be.oneOf(['critical', 'warning', 'info']);
      expect(OPERATIONS).to.match(new RegExp(`^### ${alert}$`, 'm'));
      expect(annotations.runbook).to.equal(`docs/operations.md#${alert.toLowerCase()}`);
      const outcomes = CASES.flatMap(({ alert_rule_test }) => alert_rule_test)
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts }) => exp_alerts.length > 0);
      expect(outcomes).to.include(true).and.to.include(false);
    });
  }

  it('every case is of an alert that there is', () => {
    const names = RULES.map(({ alert }) => alert);
    expect(names).to.have.length.above(10);
    for (const { alert_rule_test } of CASES) {
      for (const { alertname } of alert_rule_test) expect(names).to.include(alertname);
    }
  });

  it('the dashboard asks for what there is', () => {
    const expressions = expressionsOf(JSON.parse(read('deploy/grafana/attendance.json')));
    expect(expressions).to.have.length.above(20);
    for (const expression of expressions) {
      for (const asked of askedIn(expression)) expectAnswered(asked);
    }
  });
});

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric in a PromQL expression, and what its labels are compared with. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

export interface Query {
  readonly selectors: readonly Selector[];
  /** The labels that the outermost aggregation keeps, or drops. */
  readonly grouping:
    | { readonly isWithout: boolean; readonly labels: readonly string[] }
    | undefined;
}

/** @throws {Error} the expression is not PromQL */
export function readPromql(expression: string): Query {
  const selectors: Selector[] = [];
  let grouping: Query['grouping'];
  const text = (node: SyntaxNode | null) => (node ? expression.slice(node.from, node.to) : '');
  parser.parse(expression).iterate({
    enter({ type, name, node, from }) {
      if (type.isError) throw new Error(`not PromQL after: ${expression.slice(0, from)}`);
      if (name === 'VectorSelector') selectors.push(readSelector(node, text));
      if (name !== 'AggregateExpr' || grouping) return;
      const modifier = node.getChild('AggregateModifier');
      const labels = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
      grouping = {
        isWithout: modifier?.getChild('Without') != null,
        labels: labels.map((label) => text(label)),
      };
    },
  });
  return { selectors, grouping };
}

function readSelector(node: SyntaxNode, text: (node: SyntaxNode | null) => string): Selector {
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return {
    metric: text(node.getChild('Identifier')),
    matchers: matchers.map((matcher) => ({
      label: text(matcher.getChild('LabelName')),
      value: text(matcher.getChild('StringLiteral')).slice(1, -1),
    })),
  };
}

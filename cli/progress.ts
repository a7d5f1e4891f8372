// What does a person see while an execution runs? On a terminal a few lines that change, elsewhere a line per step.
import { createLogUpdate } from 'log-update';
import { STEPS } from '../core/pipeline.ts';
import type { ExecutionView, StateView } from './execution.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  show(view: ExecutionView): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** The states worth a line, in order, with what people call them: steps of the parent, and the map over batches. */
const rows: readonly { readonly state: string; readonly label: string }[] = STEPS.flatMap(
  ({ name, state, machine }) => {
    if (name === 'extract' || machine !== 'load') return [];
    return [name === 'copy' ? { state: 'Load batches', label: 'load' } : { state, label: name }];
  },
);

const labelWidth = Math.max(...rows.map((row) => row.label.length));

/** Without a terminal: how often a long load says where it is. */
const lineEveryMilliseconds = 5000;

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function startProgress(terminal: Terminal): Progress {
  return terminal.live ? livingLines() : plainLines(terminal);
}

const seconds = (state: StateView): string =>
  `${(((state.exitedAt ?? Date.now()) - state.enteredAt) / 1000).toFixed(1)} s`;

const itemsOf = (label: string, view: ExecutionView): string =>
  label === 'load' && view.items !== undefined ? `${view.items.done} of ${view.items.total} items, ` : '';

function livingLines(): Progress {
  const update = createLogUpdate(process.stderr);
  let view: ExecutionView = { states: [] };
  let frame = 0;
  const draw = (running?: string) => {
    frame += 1;
    const mark = running ?? frames[frame % frames.length] ?? '';
    update(rows.map((row) => livingLine(row, view, mark)).join('\n'));
  };
  const timer = setInterval(() => draw(), 100);
  timer.unref();
  return {
    show(latest) {
      view = latest;
      draw();
    },
    end() {
      clearInterval(timer);
      draw('✗');
      update.done();
    },
  };
}

function livingLine(row: (typeof rows)[number], view: ExecutionView, running: string): string {
  const state = view.states.find(({ name }) => name === row.state);
  if (state === undefined) return `    ${row.label}`;
  const mark = state.exitedAt === undefined ? running : '✓';
  return `  ${mark} ${row.label.padEnd(labelWidth)}  ${itemsOf(row.label, view)}${seconds(state)}`;
}

function plainLines(terminal: Terminal): Progress {
  const told = new Set<string>();
  let lastLine = Date.now();
  return {
    show(view) {
      for (const { state: name, label } of rows) {
        const state = view.states.find((candidate) => candidate.name === name);
        if (state === undefined || told.has(label)) continue;
        const due = label === 'load' && Date.now() - lastLine >= lineEveryMilliseconds;
        if (state.exitedAt === undefined && !due) continue;
        if (state.exitedAt !== undefined) told.add(label);
        const doing = state.exitedAt === undefined ? 'after ' : 'done in ';
        terminal.note(`  ${label.padEnd(labelWidth)}  ${itemsOf(label, view)}${doing}${seconds(state)}`);
        lastLine = Date.now();
      }
    },
    end() {},
  };
}

/** A fault to put into the batcher: in `file`, what is there exactly once, and what to put in its place. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** By file of `src/batcher`: the fault, what is replaced, and by what. */
const FAULTS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'batch-policy': [
    ['the window ends a tick late', 'now >= windowEndsMs', 'now > windowEndsMs'],
    ['one more than a full batch is needed', 'waiting >= maxBatchSize', 'waiting > maxBatchSize'],
    ['drain waits for the window', "if (view.draining) return dispatch(size, 'drain');", ''],
    ['a busy lane is given work', ' || !view.hasIdleLane', ''],
    [
      'no deadline ends a window',
      "if (now >= latestStartMs) return dispatch(waiting, 'deadline');",
      '',
    ],
    ['the deadline forgets the run', '- runMs - TIMER', '- TIMER'],
    [
      'who leaves for a deadline is split',
      "dispatch(waiting, 'deadline')",
      "dispatch(size, 'deadline')",
    ],
    ['window 0 waits', "if (maxQueueDelayMs === 0) return dispatch(size, 'idle');", ''],
  ],
  'batch-size': [
    [
      'padding ignores the allowed sizes',
      'allowed.find((allowedSize) => allowedSize >= size) ?? size',
      'size',
    ],
    ['padding goes one size too far', 'allowedSize >= size', 'allowedSize > size'],
    ['a split that costs the same wins', '/ waiting <= curve', '/ waiting < curve'],
  ],
  admission: [
    ['the queue holds one less', '+ count > limits.maxQueueSize', '+ count >= limits.maxQueueSize'],
    [
      'the queue bound ignores the group',
      'backlog.undispatched + count >',
      'backlog.undispatched >',
    ],
    ['admission ignores the backlog', 'Math.floor(batchesBefore / lanes) * fullMs', '0'],
    ['admission ignores busy lanes', 'Math.max(now, nextIdleMs)', 'now'],
    ['a deadline is met a tick late', 'finishMs < deadlineMs', 'finishMs <= deadlineMs'],
    ['Retry-After forgets the lanes', '/ maxBatchSize) / lanes)', '/ maxBatchSize))'],
  ],
  batcher: [
    ['drain accepts', 'if (this.#draining) throw new DrainingError();', ''],
    ['the queue leaks on cancel', "if (item.state !== 'dispatched') this.#undispatched--;", ''],
    ['who is cancelled stays in the queue', 'this.#queue.remove(item);', ''],
    ['an item is settled twice', "if (item.state === 'settled') return;", ''],
    ['late items are run', '!this.#expire(item, now)', 'true'],
    ['late items enter', "item.state === 'accepted' && now >= item.deadlineMs", 'false'],
    ['a late answer counts', 'finishedMs >= item.deadlineMs', 'false'],
    ['who was settled may enter', "if (item.state !== 'accepted') {", 'if (false) {'],
    ['the window counts from the newest', 'oldest.enteredMs', 'this.#clock.now()'],
    [
      'a batch in the works sees the new sizes',
      '(size) => padUp(size, allowedBatchSizes)',
      '(size) => padUp(size, this.#limits.allowedBatchSizes)',
    ],
    ['who waits for no lane waits on', 'if (this.#lanes.serving === 0) this.#failWaiting();', ''],
    ['a hung lane loses its inputs', 'if (isOver) for', 'for'],
    [
      'inputs are not given back',
      'if (isOver) for (const item of batch) this.#releaseInput(item);',
      '',
    ],
    [
      'new limits are not looked at',
      'this.#limits = limits;\n    this.#pump();',
      'this.#limits = limits;',
    ],
    ['a drain ends inside a batch', ' && this.#batchesRunning === 0', ''],
    [
      'the second drain hides the first',
      'this.#drained.push(resolve)',
      'this.#drained[0] = resolve',
    ],
  ],
  item: [['a timer leaks', 'this.callOffDeadline();', '']],
  'item-queue': [
    [
      'last in, first out',
      'for (let item = this.#head; item && items.length < count; item = this.#head)',
      'for (let item = this.#tail; item && items.length < count; item = this.#tail)',
    ],
    ['the nearest deadline stays when it has gone', 'this.#earliestDeadlineMs = undefined;', ''],
    [
      'a deadline that comes is not seen',
      'this.#see(item.deadlineMs);\n  }\n\n  /** `item` must',
      '}\n\n  /** `item` must',
    ],
  ],
  'lane-set': [
    ['the lane that was idle last is taken', 'this.#idle.shift()', 'this.#idle.pop()'],
    [
      'a lane is lost after a failure',
      'lane.failed(error as Error);',
      'lane.failed(error as Error);\n      return true;',
    ],
    ['an open lane is lost', 'this.#idle.push(lane);\n      this.#changed();', 'this.#changed();'],
    [
      'an open lane is used on',
      "if (lane.state === 'serving') this.#idle.push(lane);",
      'this.#idle.push(lane);',
    ],
    [
      'nobody looks when a lane recovers',
      'this.#idle.push(lane);\n      this.#changed();',
      'this.#idle.push(lane);',
    ],
    [
      'who is left of a failed batch is forgotten',
      "for (const item of batch) if (item.state !== 'settled') settle(item, error as Error);",
      '',
    ],
    ['a lane that ends stays idle', 'this.#idle = this.#idle.filter((one) => one !== lane);', ''],
    ['nobody looks when a lane ends', '!== lane);\n    this.#changed();', '!== lane);'],
    ['busy lanes are not foreseen', 'firstMs = Math.min(firstMs, idleAtMs)', 'firstMs = 0'],
  ],
  'guarded-lane': [
    ['the breaker never opens', '++this.#failuresInARow >= FAILURES_TO_OPEN', 'false'],
    ['the breaker opens too soon', '>= FAILURES_TO_OPEN', '>= FAILURES_TO_OPEN - 1'],
    ['the breaker never closes', "this.#become('serving');\n          serves();", ''],
    [
      'a success does not count',
      'passed(): void {\n    this.#failuresInARow = 0;',
      'passed(): void {',
    ],
    [
      'a recovered lane has one failure left',
      '() => {\n          this.#failuresInARow = 0;',
      '() => {',
    ],
    ['a failed probe is the last', 'else if (!this.#ended) this.recover(serves);', ''],
    ['an ended lane is probed on', 'else if (!this.#ended) this', 'else this'],
    ['what an ended lane runs has no end', 'this.#abort(this.#ended);', ''],
    ['an ended lane is used on', 'if (this.#ended) return Promise.reject(this.#ended);', ''],
    ['an ended lane opens its breaker', 'if (this.#ended) return;', ''],
    ['the watchdog sleeps', 'reject(new LaneHungError', 'void (new LaneHungError'],
    [
      'the watchdog ignores the curve',
      'Math.max(HUNG_MIN_MS, HUNG_TIMES_CURVE * usualMs)',
      'HUNG_MIN_MS',
    ],
    [
      'the watchdog barks at quick lanes',
      'Math.max(HUNG_MIN_MS, HUNG_TIMES_CURVE * usualMs)',
      'HUNG_TIMES_CURVE * usualMs + 1',
    ],
    ['the watchdog is not called off', 'callOff();\n        this.idleAtMs', 'this.idleAtMs'],
    ['an early end is not noted', 'this.idleAtMs = this.#clock.now();', ''],
    [
      'a hung lane is tried again',
      "if (cause instanceof LaneHungError) this.#become('hung', cause);\n    else if",
      'if',
    ],
  ],
  'run-isolated': [
    ['mates are given up', 'if (part.length > 1) {', 'if (false) {'],
    ['the second half is forgotten', 'await attempt(part.slice(middle));', ''],
    [
      'the warm-up batch is ignored',
      "throw new LaneFailedError('the lane failed its warm-up batch', { cause });",
      'isLaneProven = true;',
    ],
    ['the warm-up batch is not run', 'if (!isLaneProven) await proveLane();', ''],
    [
      'an item that was cancelled is run again',
      'const part = all.filter(isWanted);',
      'const part = all;',
    ],
    [
      'an item that was cancelled is settled again',
      'if (isWanted(item)) settle(item, outputs[i] as O | Error);',
      'settle(item, outputs[i] as O | Error);',
    ],
    ['a wrong number of outputs is taken', 'outputs.length !== part.length', 'false'],
    [
      'a hang is taken for a failure',
      'if (cause instanceof LaneLostError) throw cause;\n      failed',
      'failed',
    ],
    ['who has passed proves nothing', 'isLaneProven = true;\n      part.forEach', 'part.forEach'],
  ],
  'wake-timer': [
    ['the old alarm is not called off', 'this.#callOff();\n    this.#atMs', 'this.#atMs'],
    ['the alarm rings once only', 'this.#atMs = undefined;\n      this.#wake();', 'this.#wake();'],
  ],
  'latency-curve': [
    [
      'a size between two takes as long as the larger',
      'return below.ms + share * (point.ms - below.ms);',
      'return point.ms;',
    ],
    [
      'a size over the last takes as long as the last',
      '(below.ms * batchSize) / below.batchSize',
      'below.ms',
    ],
  ],
};

export const MUTANTS: readonly Mutant[] = Object.entries(FAULTS).flatMap(([file, faults]) =>
  faults.map(([name, from, to]) => ({ name, file: `${file}.ts`, from, to })),
);

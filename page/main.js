import { startClassifying } from './classify-panel.js';
import { startLive } from './live-panel.js';
import { startModelChoice } from './model-choice.js';

const chosenModel = startModelChoice();
startClassifying(chosenModel);
startLive(chosenModel);

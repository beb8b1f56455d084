import Module from 'node:module';

// Loaded before the program: packages that HIDDEN_PACKAGES names are as if they were not installed.

const hidden = (process.env.HIDDEN_PACKAGES ?? '').split(',').filter(Boolean);
const load = Module._load;

Module._load = function hideOrLoad(request, ...rest) {
  const name = hidden.find((one) => request === one || request.includes(`/node_modules/${one}/`));
  if (name !== undefined) throw new Error(`Cannot find module '${name}'\nRequire stack: hidden`);
  return load.call(this, request, ...rest);
};

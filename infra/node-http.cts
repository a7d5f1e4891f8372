// `node:http` as the bundles have it: imported as an ES module, Node would copy its exports one by one and so load undici
// for one of them, which takes a function 20 ms of its start (`npm run bench -- bundles`).
module.exports = process.getBuiltinModule('node:http');

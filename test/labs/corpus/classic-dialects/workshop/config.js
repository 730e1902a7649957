module.exports = { initialize() {} };
